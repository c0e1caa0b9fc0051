//! Which open files do not have all that stands in the log, and who waits for them.
//!
//! An object's file commits several turns together. Before a segment of the log can be used again, the files must have
//! what is in it. They are brought there one after the other, between turns.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::shared::Safekeeping;
use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};

/// The files of one thread.
pub(super) struct Settling {
    /// Those that are behind, by the place in the log of the first turn that they do not have.
    behind: BTreeMap<u64, ObjectKey>,
    inbox: Receiver<Sender<Result<()>>>,
    asked: Vec<Sender<Result<()>>>,
    /// Who asked waits for turns up to here.
    until: u64,
    /// The thread has put all its objects to sleep.
    ended: Arc<AtomicBool>,
}

impl Settling {
    /// Whoever asks from now on is answered by this thread, once `nudge` has reached it.
    pub fn new(safekeeping: &Safekeeping, nudge: impl Fn() + Send + 'static) -> Self {
        let (ask, inbox) = channel();
        let ended = Arc::new(AtomicBool::new(false));
        let has_ended = ended.clone();
        safekeeping.add_worker(Box::new(move || {
            let (done, settled) = channel();
            // If nobody takes it, nobody answers either.
            let _ = ask.send(done);
            nudge();
            settled.recv().unwrap_or_else(|_| {
                if has_ended.load(Ordering::Acquire) {
                    Ok(())
                } else {
                    Err(Error::new(
                        ErrorKind::Storage,
                        "a thread has ended before its objects were put to sleep",
                    ))
                }
            })
        }));
        Self {
            behind: BTreeMap::new(),
            inbox,
            asked: Vec::new(),
            until: 0,
            ended,
        }
    }

    /// A file is behind from this place on.
    pub fn insert(&mut self, place: u64, key: &ObjectKey) {
        self.behind.insert(place, key.clone());
    }

    /// It is not any more.
    pub fn remove(&mut self, place: u64) {
        self.behind.remove(&place);
    }

    /// Whether somebody waits. They wait for what is in the log now, up to `place`.
    pub fn is_asked(&mut self, place: u64) -> bool {
        while let Ok(done) = self.inbox.try_recv() {
            self.asked.push(done);
            self.until = place;
        }
        !self.asked.is_empty()
    }

    /// A file that somebody waits for.
    pub fn first(&self) -> Option<(u64, ObjectKey)> {
        let (place, key) = self.behind.first_key_value()?;
        (*place <= self.until).then(|| (*place, key.clone()))
    }

    /// Answers all who wait.
    pub fn answer(&mut self, done: &Result<()>) {
        for asked in self.asked.drain(..) {
            // Who asked may have gone.
            let _ = asked.send(done.clone());
        }
    }

    /// All objects of this thread sleep.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }
}
