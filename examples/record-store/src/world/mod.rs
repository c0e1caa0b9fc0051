//! The world outside of the business, as far as it fits into one process: a payment gateway, a post office and a drawer
//! for reports, behind one small HTTP server. What they keep, they keep beside the business's own data.

pub mod book;
pub mod gateway;
mod server;

use std::fs::File;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use dotdo::{Error, ErrorKind, Result};

use crate::outside::mailer::Mail;
use book::Book;
use gateway::{Charge, Gateway};

struct World {
    address: SocketAddr,
    gateway: Gateway,
    mails: Book<Mail>,
    reports: PathBuf,
}

static WORLD: OnceLock<World> = OnceLock::new();
static TROUBLE: Mutex<Option<String>> = Mutex::new(None);

/// Opens the world at an address of this machine; it ends with the process. No file is touched before the business
/// uses it, which is after it has taken the directory for this process alone.
pub fn open(data: &Path, address: SocketAddr, seed: u64) -> Result<()> {
    let listener = TcpListener::bind(address).map_err(|e| {
        Error::invalid(format_args!(
            "the world outside cannot listen on {address}: {e}; `--world` chooses another address"
        ))
    })?;
    let world = World {
        address: listener.local_addr()?,
        gateway: Gateway::new(Book::at(data.join("gateway/ledger.jsonl")), seed),
        mails: Book::at(data.join("outbox/mails.jsonl")),
        reports: data.join("reports"),
    };
    if WORLD.set(world).is_err() {
        return Err(Error::internal("the world was opened twice"));
    }
    server::start(listener, world_outside()?)
}

/// Where the world is, if it is in this process.
pub fn address() -> Option<SocketAddr> {
    WORLD.get().map(|world| world.address)
}

fn world_outside() -> Result<&'static World> {
    WORLD
        .get()
        .ok_or_else(|| Error::internal("the world was not opened"))
}

/// The charges in the ledger, as the file has them.
pub fn charges() -> Result<Vec<Charge>> {
    let charges = world_outside()?.gateway.ledger.read()?;
    Ok(charges.into_iter().map(|(_, charge)| charge).collect())
}

/// How many mails the outbox file holds.
pub fn mails() -> Result<usize> {
    Ok(world_outside()?.mails.read()?.len())
}

/// Notes that something could not be written, for whoever waits for it.
fn note(error: &Error) {
    *TROUBLE.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.message().to_owned());
}

/// What could not be written, if anything could not.
pub fn trouble() -> Option<String> {
    TROUBLE
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

impl World {
    /// Writes the report of a day. Written again, it is the same file.
    fn write_report(&self, day: &str, text: &[u8]) -> Result<()> {
        let (path, draft) = (
            self.reports.join(format!("{day}.txt")),
            self.reports.join(format!("{day}.draft")),
        );
        // A draft that gets its name when it is complete: nobody ever reads half a report.
        let written = std::fs::create_dir_all(&self.reports).and_then(|()| {
            let mut file = File::create(&draft)?;
            file.write_all(text)?;
            file.sync_all()?;
            std::fs::rename(&draft, &path)
        });
        written.map_err(|e| Error::new(ErrorKind::Storage, format_args!("{}: {e}", path.display())))
    }
}
