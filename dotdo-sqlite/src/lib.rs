//! How `SQLite` is set up in a process that has many threads.
//!
//! `SQLite` counts the bytes that it has allocated, for `sqlite3_memory_used` and for limits of its heap. The counters are the
//! process's, and so each allocation of each connection takes the same mutex: two threads that open databases wait for
//! each other more than they work. [`without_memory_statistics`] switches that off.

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

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::without_memory_statistics;

    /// The only test here: how the process is set up is decided once.
    #[test]
    fn who_comes_first_decides() {
        assert!(without_memory_statistics());
        let open = || Connection::open_in_memory().unwrap();
        let connection = open();
        connection
            .execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000))")
            .unwrap();
        #[allow(unsafe_code, reason = "rusqlite has no safe way to ask this")]
        // SAFETY: it takes nothing, and reads a counter behind a mutex.
        let used = unsafe { rusqlite::ffi::sqlite3_memory_used() };
        assert_eq!(used, 0);
        std::thread::scope(|scope| {
            scope.spawn(open);
        });
        assert!(without_memory_statistics());
    }
}
