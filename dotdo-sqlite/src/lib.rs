//! `SQLite` in a process that has many threads, and very many databases of the same few schemas.
//!
//! # Memory
//!
//! `SQLite` counts the bytes that it has allocated, for `sqlite3_memory_used` and for limits of its heap. The counters are the
//! process's, and so each allocation of each connection takes the same mutex: two threads that open databases wait for
//! each other more than they work. [`without_memory_statistics`] switches that off.
//!
//! # Files
//!
//! Most of what opening a small database takes is to read its schema and to prepare the statements that are asked of it. Where
//! there are many with the same schema, a connection that has done so for one can go on with another: [`take_away`] closes the
//! files of the one, and [`Files::put_under`] puts those of the other in their place.
//!
//! ```
//! use dotdo_sqlite::{Files, LOCKING, take_away};
//!
//! # let folder = tempfile::tempdir()?;
//! let (one, other) = (folder.path().join("one.sqlite"), folder.path().join("other.sqlite"));
//! for (path, name) in [(&one, "one"), (&other, "other")] {
//!     let connection = rusqlite::Connection::open(path)?;
//!     connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (x)")?;
//!     connection.execute("INSERT INTO t VALUES (?1)", [name])?;
//! }
//! let mut connection = Files::open(&one)?.connect()?;
//! connection.execute_batch(&format!("PRAGMA locking_mode = {LOCKING}"))?;
//! let ask = |connection: &rusqlite::Connection| connection.prepare_cached("SELECT x FROM t")?.query_row([], |row| row.get::<_, String>(0));
//! assert_eq!(ask(&connection)?, "one");
//! if take_away(&mut connection) {
//!     Files::open(&other)?.put_under(&mut connection).map_err(|_| "it is at work")?;
//!     assert_eq!(ask(&connection)?, "other");
//! }
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod files;
#[cfg(test)]
mod tests;
#[cfg(target_os = "linux")]
mod vfs;

pub use files::{Files, HEAD, LOCKING, log_of, take_away};

use std::sync::OnceLock;

use rusqlite::ffi;

/// Switches the statistics of memory off, for the whole process. Whoever asks first decides; `SQLite` must not be in use yet.
///
/// Gives whether they are off now. If `SQLite` was used before, it stays as it is, which is slower and does no harm.
/// Afterwards `sqlite3_memory_used` says 0, and limits of `SQLite`'s heap have no effect.
///
/// ```
/// assert!(dotdo_sqlite::without_memory_statistics());
/// let connection = rusqlite::Connection::open_in_memory()?;
/// connection.execute_batch("CREATE TABLE t (x)")?;
/// # Ok::<_, rusqlite::Error>(())
/// ```
pub fn without_memory_statistics() -> bool {
    static OFF: OnceLock<bool> = OnceLock::new();
    *OFF.get_or_init(|| {
        let off: std::ffi::c_int = 0;
        // SAFETY: this operation takes one `int`, as <https://sqlite.org/c3ref/c_config_covering_index_scan.html> says of
        // `SQLITE_CONFIG_MEMSTATUS`. After `sqlite3_initialize` it is refused without a change. `OnceLock` keeps our own
        // threads apart. Should a stranger's thread use SQLite for the first time at this very moment, what both touch is
        // one `int` that SQLite only reads, and reading either value is sound: it says whether an allocation is counted.
        #[allow(unsafe_code, reason = "rusqlite has no safe way to say this")]
        let code = unsafe { ffi::sqlite3_config(ffi::SQLITE_CONFIG_MEMSTATUS, off) };
        code == ffi::SQLITE_OK
    })
}
