//! The embedded host: one process, one directory of `SQLite` files, one file an object.
//!
//! A thread owns an object for as long as it is open, so nothing is shared and nothing is locked. Steps run on
//! threads of their own. What a turn caused leaves through the gate, once its writes are safe.

mod activity;
mod alarms;
mod cli;
mod client;
mod clock;
mod closing;
mod connections;
mod embedded;
mod file;
mod journals;
mod live;
mod load;
mod log;
mod look;
#[cfg(test)]
mod promises;
mod recovery;
mod room;
mod schema;
mod server;
mod settling;
mod shared;
mod spares;
mod steer;
mod steps;
mod templates;
mod tls;
mod worker;

use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};
use crate::host::Peers;
use crate::object::{Answer, Request};
use activity::Activity;
use load::Budget;
use worker::Mail;

pub use cli::main;
pub(crate) use client::fetch;
pub use clock::Clock;
pub use embedded::{Embedded, EmbeddedBuilder};
pub use journals::{Replayed, record_journals, replay_journals};
pub use server::Server;

/// What a business's `main` returns.
pub type Exit = std::process::ExitCode;

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Power loss; every write waits for its own sync.
    Sync,
    /// Power loss; writes that finish together share the waiting. The default.
    #[default]
    Batch,
    /// A crash of the process, not power loss.
    Relaxed,
}

impl std::str::FromStr for Durability {
    type Err = Error;
    fn from_str(word: &str) -> Result<Self> {
        match word {
            "sync" => Ok(Self::Sync),
            "batch" => Ok(Self::Batch),
            "relaxed" => Ok(Self::Relaxed),
            other => Err(Error::invalid(format_args!(
                "`{other}` is no durability; there are sync, batch, relaxed"
            ))),
        }
    }
}

/// Reaches the objects of this process.
#[derive(Clone)]
pub struct Handle {
    workers: Arc<Vec<Mailbox>>,
    activity: Activity,
    /// What requests may take up that wait, or whose answers do.
    budget: Budget,
}

struct Mailbox {
    /// Bounded: what comes from outside waits outside when there is too much of it.
    outside: mpsc::Sender<Mail>,
    /// What the process tells itself; bounded by the work under way.
    inside: mpsc::UnboundedSender<Mail>,
}

impl Handle {
    fn owner(&self, key: &ObjectKey) -> usize {
        // Not the standard hasher with its random keys: nothing depends on it, but a run should be repeatable.
        struct Fnv(u64);
        impl Hasher for Fnv {
            fn finish(&self) -> u64 {
                self.0
            }
            fn write(&mut self, bytes: &[u8]) {
                for byte in bytes {
                    self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
                }
            }
        }
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        key.hash(&mut hasher);
        usize::try_from(hasher.finish() % self.workers.len() as u64).unwrap_or(0)
    }

    fn tell(&self, key: &ObjectKey, mail: Mail) {
        // A worker that has ended needs to hear nothing: its objects find out when they wake.
        let _ = self.workers[self.owner(key)].inside.send(mail);
    }
}

impl Peers for Handle {
    async fn call(&self, to: ObjectKey, request: Request) -> Result<Answer> {
        let (reply, answer) = oneshot::channel();
        let owner = self.owner(&to);
        let taken = self.budget.take(load::of_request(&request))?;
        let mail = Mail::Call {
            key: to,
            request,
            reply,
            guard: self.activity.begin_with(Some(taken)),
        };
        self.workers[owner]
            .outside
            .try_send(mail)
            .map_err(|_| load::too_much())?;
        answer
            .await
            .map_err(|_| Error::new(ErrorKind::Overloaded, "the process is shutting down"))?
    }
}

/// The file of an object.
fn path_of(folder: &Path, key: &ObjectKey) -> PathBuf {
    let mut path = folder.join("objects").join(file_name(&key.tenant));
    match &key.thing {
        None => path.push("tenant.sqlite"),
        Some((noun, id)) => {
            let name = file_name(id);
            // Spread over folders by the end of the id, which is the random part of ids made here.
            let spread = id
                .bytes()
                .fold(0u8, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte));
            path.push(noun);
            path.push(format!("{spread:02x}"));
            path.push(format!("{name}.sqlite"));
        }
    }
    path
}

/// A name that any file system takes, and no two ids share.
fn file_name(id: &str) -> String {
    use std::fmt::Write as _;
    let mut name = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => name.push(byte as char),
            b'.' if !name.is_empty() => name.push('.'),
            _ => {
                let _ = write!(name, "%{byte:02X}");
            }
        }
    }
    if name.len() > 160 {
        // Too long for some file systems: the head for people, a hash for the rest.
        let hash = id.bytes().fold(
            0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128,
            |hash, byte| {
                (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
            },
        );
        name.truncate(100);
        let _ = write!(name, "%{hash:032x}");
    }
    name
}

/// The id that a file name stands for, where it is not one that was too long.
fn plain_name(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let hex = rest
            .get(..2)
            .filter(|_| byte == b'%')
            .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match hex {
            Some(code) => {
                bytes.push(code);
                rest = &rest[2..];
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{file_name, plain_name};

    #[test]
    fn a_file_name_is_safe_and_stands_for_its_id() {
        for id in ["ann", "a b", "Ä@ö", "..", ".x", "100%", "a/b\\c", "%41"] {
            let name = file_name(id);
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.%".contains(&b)),
                "{name}"
            );
            assert!(!name.starts_with('.'), "{name}");
            assert_eq!(plain_name(&name), id);
        }
        let long = "x".repeat(180);
        assert!(file_name(&long).len() < 160);
        assert_ne!(file_name(&long), file_name(&"x".repeat(181)));
    }
}
