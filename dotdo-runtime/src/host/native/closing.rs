//! Putting files to sleep, away from the thread that takes turns, and many with the same two syncs.
//!
//! When `SQLite` closes a file, it syncs its log, moves what stands there into the file, syncs that, and removes the log.
//! For one object that is some milliseconds. Where the system can make all files safe at once, many are closed together.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::log::Surroundings;
use super::room::Place;
use super::shared::Safekeeping;
use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};

/// So many files may wait to be closed; then who closes one waits.
const WAITING: usize = 1024;
/// So many are closed with the same syncs, at most. Who wants one of them back waits for all.
const TOGETHER: usize = 256;

/// Closes the files of one thread's objects.
pub(super) struct Closing {
    to_close: Option<SyncSender<(ObjectKey, Connection)>>,
    closed: Receiver<ObjectKey>,
    /// What is not closed yet, and still takes its place.
    underway: HashMap<ObjectKey, Place>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Closing {
    /// Starts the thread.
    pub fn start(number: usize, safekeeping: Arc<Safekeeping>) -> std::io::Result<Self> {
        let (to_close, inbox) = sync_channel::<(ObjectKey, Connection)>(WAITING);
        let (done, closed) = channel();
        let thread = thread::Builder::new()
            .name(format!("dotdo-close-{number}"))
            .spawn(move || {
                while let Ok(first) = inbox.recv() {
                    let all = std::iter::once(first).chain(inbox.try_iter());
                    let (keys, files) = all.take(TOGETHER).unzip::<_, _, Vec<_>, Vec<_>>();
                    if let Err(error) = close(files, safekeeping.make_all_safe()) {
                        Surroundings::report(&*safekeeping, &error);
                    }
                    for key in keys {
                        // Nobody to tell: the worker has ended.
                        let _ = done.send(key);
                    }
                }
            })?;
        Ok(Self {
            to_close: Some(to_close),
            closed,
            underway: HashMap::new(),
            thread: Some(thread),
        })
    }

    /// Closes a file soon.
    pub fn close(&mut self, key: ObjectKey, file: Connection, place: Place) {
        let Some(to_close) = &self.to_close else {
            return;
        };
        self.underway.insert(key.clone(), place);
        // If the thread has ended, it is closed here.
        let _ = to_close.send((key, file));
    }

    /// Gives back the places of what has been closed.
    pub fn look(&mut self) {
        while let Ok(key) = self.closed.try_recv() {
            self.underway.remove(&key);
        }
    }

    /// Whether all is closed.
    pub fn is_done(&self) -> bool {
        self.underway.is_empty()
    }

    /// Waits until something is closed, if anything is to be.
    pub fn wait_for_one(&mut self) {
        if self.underway.is_empty() {
            return;
        }
        match self.closed.recv() {
            Ok(key) => drop(self.underway.remove(&key)),
            // The thread has ended, and dropped what it had.
            Err(_) => self.underway.clear(),
        }
        self.look();
    }

    /// Waits until a file is closed, so that it can be opened anew.
    pub fn wait_for(&mut self, key: &ObjectKey) {
        while self.underway.contains_key(key) {
            self.wait_for_one();
        }
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.to_close = None;
        if let Some(thread) = self.thread.take() {
            // What it said, if it panicked, it has said.
            let _ = thread.join();
        }
    }
}

/// Closes files that nobody else has. `make_safe` makes all files safe at once; without it, each does so by itself.
///
/// What stands in the logs is safe before it is moved into the files, and is safe there before the logs are removed. When
/// that fails the logs stay, as after a crash.
pub(super) fn close<M: FnMut() -> Result<()>>(
    files: Vec<Connection>,
    make_safe: Option<M>,
) -> Result<()> {
    let Some(mut make_safe) = make_safe else {
        return Ok(());
    };
    let moved = make_safe()
        .and_then(|()| files.iter().try_for_each(move_into_file))
        .and_then(|()| make_safe());
    if moved.is_err() {
        for file in &files {
            // If even that is refused, `SQLite` closes it with syncs of its own.
            let _ = file.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }
    moved
}

/// Moves what stands in the log into the file, without a sync.
fn move_into_file(file: &Connection) -> Result<()> {
    let failed = |e: rusqlite::Error| Error::new(ErrorKind::Storage, e);
    file.execute_batch("PRAGMA synchronous = OFF")
        .map_err(failed)?;
    file.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
        .map_err(failed)?;
    // Whatever is left is for closing it.
    file.execute_batch("PRAGMA synchronous = NORMAL")
        .map_err(failed)
}
