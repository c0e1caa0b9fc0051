//! Putting files to sleep, away from the thread that takes turns, and many with the same two syncs.
//!
//! To close a file, its log is synced, what stands there is moved into the file, that is synced, and the log is emptied. For
//! one object that is some milliseconds. Where the system can make all files safe at once, many are closed together.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::log::Surroundings;
use super::room::Place;
use super::shared::Safekeeping;
use super::spares::Spare;
use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};

/// So many files may wait to be closed; then who closes one waits.
const WAITING: usize = 1024;
/// So many are closed with the same syncs, at most. Who wants one of them back waits for all.
const TOGETHER: usize = 256;

/// Closes the files of one thread's objects.
pub(super) struct Closing {
    to_close: Option<SyncSender<(ObjectKey, Connection)>>,
    closed: Receiver<(ObjectKey, Option<Spare>)>,
    /// Connections of what has been closed.
    spare: Vec<(ObjectKey, Spare)>,
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
                    let mut spare = Vec::with_capacity(files.len());
                    let end = |file| spare.push(Spare::of(file));
                    if let Err(error) = close(files, safekeeping.make_all_safe(), end) {
                        Surroundings::report(&*safekeeping, &error);
                    }
                    for closed in keys.into_iter().zip(spare) {
                        // Nobody to tell: the worker has ended.
                        let _ = done.send(closed);
                    }
                }
            })?;
        Ok(Self {
            to_close: Some(to_close),
            closed,
            spare: Vec::new(),
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
        while let Ok(closed) = self.closed.try_recv() {
            self.end(closed);
        }
    }

    fn end(&mut self, (key, spare): (ObjectKey, Option<Spare>)) {
        self.underway.remove(&key);
        self.spare.extend(spare.map(|spare| (key, spare)));
    }

    /// The connection of something that has been closed.
    pub fn spare(&mut self) -> Option<(ObjectKey, Spare)> {
        self.spare.pop()
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
            Ok(closed) => self.end(closed),
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

/// Empties the logs of files that nobody else has, and gives each to `end`, which closes it. `make_safe` makes all files safe at
/// once; without it, each does so by itself.
///
/// What stands in the logs is safe before it is moved into the files, and is safe there before the logs are emptied. When
/// that fails the logs stay, as after a crash.
pub(super) fn close<M: FnMut() -> Result<()>>(
    files: Vec<Connection>,
    make_safe: Option<M>,
    mut end: impl FnMut(Connection),
) -> Result<()> {
    let moved = make_safe.map_or(Ok(()), |mut make_safe| {
        make_safe()?;
        files.iter().try_for_each(move_into_file)?;
        make_safe()
    });
    files.into_iter().fold(moved, |done, file| {
        let emptied = match &done {
            Ok(()) => empty_log(&file),
            Err(_) => Ok(()),
        };
        end(file);
        done.and(emptied)
    })
}

/// Moves what stands in the log into the file, without a sync.
fn move_into_file(file: &Connection) -> Result<()> {
    let failed = |e: rusqlite::Error| Error::new(ErrorKind::Storage, e);
    file.execute_batch("PRAGMA synchronous = OFF")
        .map_err(failed)?;
    file.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
        .map_err(failed)
}

/// Moves into the file what is still only in the log, with syncs of its own, and then empties the log.
fn empty_log(file: &Connection) -> Result<()> {
    // Whoever opened it may have meant to sync only what comes later.
    file.execute_batch("PRAGMA synchronous = NORMAL")
        .and_then(|()| file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())))
        .map_err(|e| Error::new(ErrorKind::Storage, e))
}

/// Closes a file and leaves its log where it is. To remove it, and to make it anew whenever the object wakes, would cost more
/// than all else: file systems do not like to give out again what has just become free.
pub(super) fn leave_log(file: Connection) {
    // If even that is refused, `SQLite` closes it in its own way.
    let _ = file.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    drop(file);
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rusqlite::Connection;

    use super::{close, leave_log};
    use crate::error::{Error, Result};
    use crate::host::native::file::syncs;
    use crate::host::sqlite::Database;

    const BY_ITSELF: Option<fn() -> Result<()>> = None;

    fn open(path: &Path) -> Connection {
        let connection = Connection::open(path).unwrap();
        Database::of(
            connection,
            "it".to_owned(),
            "EXCLUSIVE",
            syncs(false, false),
        )
        .unwrap()
        .into_connection()
    }

    fn log(path: &Path) -> std::fs::Metadata {
        path.with_extension("sqlite-wal").metadata().unwrap()
    }

    #[test]
    fn a_closed_file_is_whole_by_itself_and_its_log_stays_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it.sqlite");
        let rows = |path: &Path| -> i64 {
            open(path)
                .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
                .unwrap()
        };
        let write = || {
            let file = open(&path);
            file.execute_batch("CREATE TABLE IF NOT EXISTS t (x); INSERT INTO t VALUES (1)")
                .unwrap();
            file
        };
        let alone = |count: i64| {
            let copy = folder.path().join(format!("{count}.sqlite"));
            std::fs::copy(&path, &copy).unwrap();
            assert_eq!(rows(&copy), count);
        };
        close(vec![write()], BY_ITSELF, leave_log).unwrap();
        assert_eq!(log(&path).len(), 0);
        alone(1);
        close(vec![write()], Some(|| Ok(())), leave_log).unwrap();
        assert_eq!(log(&path).len(), 0);
        alone(2);

        // Who only reads finds the log and leaves it.
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let before = log(&path).ino();
            let file = open(&path);
            let count = "SELECT count(*) FROM t";
            let found: i64 = file.query_row(count, [], |row| row.get(0)).unwrap();
            assert_eq!(found, 2);
            leave_log(file);
            assert_eq!(log(&path).ino(), before);
        }

        // What cannot be made safe is not moved.
        let no = || Err(Error::internal("the disk is gone"));
        close(vec![write()], Some(no), leave_log).unwrap_err();
        assert!(log(&path).len() > 0);
        assert_eq!(rows(&path), 3);
    }
}
