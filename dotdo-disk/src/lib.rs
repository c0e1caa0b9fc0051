//! A disk in memory for `SQLite`, with the faults of a real one: what was written and not synced can be lost when the
//! power goes, all of it, the end of it, or any part of it; a write can be torn; the disk can be full, or fail to sync.
//!
//! A [`Disk`] is a set of files. `SQLite` reaches it through a VFS named [`VFS`], with the paths that [`Disk::path`]
//! gives. Everything is deterministic: the caller chooses what is lost.
//!
//! ```
//! use dotdo_disk::{Disk, VFS};
//! use rusqlite::{Connection, OpenFlags};
//!
//! let disk = Disk::new();
//! let open = || {
//!     let base = Connection::open_with_flags_and_vfs(disk.path("a.sqlite"), OpenFlags::default(), VFS).unwrap();
//!     // There is no memory shared between processes, so a log needs the file for itself.
//!     base.execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL").unwrap();
//!     base
//! };
//! let base = open();
//! base.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)").unwrap();
//! disk.sync("a.sqlite-wal").unwrap();
//! base.execute_batch("INSERT INTO t VALUES (2)").unwrap();
//!
//! // The machine goes down, and nothing of what was not synced is kept.
//! disk.freeze();
//! drop(base);
//! disk.lose(|_| true, &mut |_| 0);
//! disk.thaw();
//! let kept: i64 = open().query_row("SELECT max(x) FROM t", [], |row| row.get(0)).unwrap();
//! assert_eq!(kept, 1);
//! ```

mod file;
mod vfs;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

pub use file::Choose;
use file::File;
pub use vfs::{VFS, set_time};

/// Every disk of the process by number, so that a path can say which one it is on.
static DISKS: LazyLock<Mutex<HashMap<u64, Weak<Inner>>>> = LazyLock::new(Mutex::default);
static NEXT: AtomicU64 = AtomicU64::new(1);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change of what is inside is whole before anything can panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why the disk did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no room.
    Full,
    /// The machine is down, or the disk failed.
    Down,
}

/// A set of files that survive what a real disk lets survive. Clones are the same disk.
#[derive(Clone, Debug)]
pub struct Disk(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    number: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, File>,
    frozen: bool,
    full: bool,
    /// So many writes more succeed; then the machine is down.
    writes_left: Option<u64>,
    writes: u64,
    syncs: u64,
}

impl State {
    /// One write, if the machine is up and there is room.
    fn change(&mut self, work: impl FnOnce(&mut BTreeMap<String, File>)) -> Result<(), Failure> {
        if self.frozen {
            return Err(Failure::Down);
        }
        if self.full {
            return Err(Failure::Full);
        }
        if let Some(left) = &mut self.writes_left {
            if *left == 0 {
                self.frozen = true;
                return Err(Failure::Down);
            }
            *left -= 1;
        }
        self.writes += 1;
        work(&mut self.files);
        Ok(())
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self::new()
    }
}

impl Disk {
    /// An empty disk.
    pub fn new() -> Self {
        vfs::register();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let inner = Arc::new(Inner {
            number,
            state: Mutex::default(),
        });
        locked(&DISKS).insert(number, Arc::downgrade(&inner));
        Self(inner)
    }

    /// The path by which `SQLite` finds a file of this disk.
    pub fn path(&self, name: &str) -> String {
        format!("/{}/{name}", self.0.number)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.0.state)
    }

    /// Whether there is a file of this name.
    pub fn exists(&self, name: &str) -> bool {
        self.state().files.contains_key(name)
    }

    /// The names of all files.
    pub fn names(&self) -> Vec<String> {
        self.state().files.keys().cloned().collect()
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, name: &str) {
        self.state().files.remove(name);
    }

    /// How many bytes the file holds, as the process sees it; 0 if there is none.
    pub fn length(&self, name: &str) -> usize {
        let state = self.state();
        state.files.get(name).map_or(0, |file| file.live.len())
    }

    /// What the file holds, as the process sees it.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.state().files.get(name).map(|file| file.live.clone())
    }

    /// Makes a file that holds this, safely.
    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        self.state()
            .files
            .insert(name.to_owned(), File::holding(bytes));
    }

    /// Makes an empty file, unless there is one. Its name is safe.
    pub fn create(&self, name: &str) -> Result<(), Failure> {
        self.state().change(|files| {
            files.entry(name.to_owned()).or_default();
        })
    }

    /// Writes bytes at an offset.
    pub fn write(&self, name: &str, offset: usize, bytes: &[u8]) -> Result<(), Failure> {
        self.state().change(|files| {
            files
                .entry(name.to_owned())
                .or_default()
                .write(offset, bytes);
        })
    }

    /// Cuts a file off, or fills it up with zeros.
    pub fn set_length(&self, name: &str, length: usize) -> Result<(), Failure> {
        self.state().change(|files| {
            files.entry(name.to_owned()).or_default().set_length(length);
        })
    }

    /// How many changes the file has seen. What [`Disk::sync_to`] is given later.
    pub fn position(&self, name: &str) -> u64 {
        self.state().files.get(name).map_or(0, File::position)
    }

    /// How many changes of the file are not synced.
    pub fn unsynced(&self, name: &str) -> usize {
        self.state().files.get(name).map_or(0, File::unsynced)
    }

    /// Makes all changes up to a position safe.
    pub fn sync_to(&self, name: &str, position: u64) -> Result<(), Failure> {
        let mut state = self.state();
        if state.frozen {
            return Err(Failure::Down);
        }
        state.syncs += 1;
        if let Some(file) = state.files.get_mut(name) {
            file.sync_to(position);
        }
        Ok(())
    }

    /// Makes all changes of a file safe.
    pub fn sync(&self, name: &str) -> Result<(), Failure> {
        self.sync_to(name, u64::MAX)
    }

    /// Everything fails from now on: the machine is down. Connections that are closed now leave no trace.
    pub fn freeze(&self) {
        self.state().frozen = true;
    }

    /// Whether the machine is down.
    pub fn is_frozen(&self) -> bool {
        self.state().frozen
    }

    /// The machine is up again.
    pub fn thaw(&self) {
        let mut state = self.state();
        state.frozen = false;
        state.writes_left = None;
    }

    /// The machine goes down after so many writes more.
    pub fn freeze_after(&self, writes: u64) {
        self.state().writes_left = Some(writes);
    }

    /// Forgets [`Disk::freeze_after`], if it has not happened.
    pub fn never_mind(&self) {
        self.state().writes_left = None;
    }

    /// Whether there is no room for anything more.
    pub fn set_full(&self, full: bool) {
        self.state().full = full;
    }

    /// How many writes and syncs there were.
    pub fn counts(&self) -> (u64, u64) {
        let state = self.state();
        (state.writes, state.syncs)
    }

    /// Loses what was not synced of some files; `choose(n)` gives a number below `n` and so decides how much.
    pub fn lose(&self, mut which: impl FnMut(&str) -> bool, choose: &mut Choose<'_>) {
        for (name, file) in &mut self.state().files {
            if which(name) {
                // A log is checked sum by sum, so it may be torn anywhere. A page of the file itself is one sector of
                // today's disks.
                let is_log = ["-wal", ".log"].iter().any(|end| name.ends_with(end));
                let sector = if is_log { 512 } else { 4096 };
                file.lose(sector, choose);
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        locked(&DISKS).remove(&self.number);
    }
}
