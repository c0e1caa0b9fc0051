//! When each sleeping object is to be woken: one small table beside the objects.
//!
//! The truth is in the objects. An entry here may be too early (the object wakes, finds nothing to do and says when
//! it really wants to be woken), never too late: it is written before the turn that wants it commits.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};

/// Wake at once after a restart: work was under way.
pub(super) const AT_ONCE: i64 = 0;

pub(super) struct Alarms {
    inner: Mutex<Inner>,
    path: PathBuf,
}

struct Inner {
    connection: Connection,
    dirty: bool,
}

impl Alarms {
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("alarms.sqlite");
        let connection = Connection::open(&path).map_err(|e| explain(&path, &e))?;
        connection
            .execute_batch(
                r#"PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                   CREATE TABLE IF NOT EXISTS alarms ("key" TEXT PRIMARY KEY NOT NULL, "at" INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                   CREATE INDEX IF NOT EXISTS "alarms.at" ON alarms ("at");"#,
            )
            .map_err(|e| explain(&path, &e))?;
        Ok(Self {
            inner: Mutex::new(Inner {
                connection,
                dirty: true,
            }),
            path,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while it was held left SQLite consistent: each change is one statement.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set(&self, key: &ObjectKey, at: Option<i64>) -> Result<()> {
        let text = serde_json::to_string(key)?;
        let mut inner = self.lock();
        let done = match at {
            Some(at) => inner
                .connection
                .prepare_cached(r#"INSERT INTO alarms ("key", "at") VALUES (?1, ?2) ON CONFLICT ("key") DO UPDATE SET "at" = excluded."at""#)
                .and_then(|mut s| s.execute(rusqlite::params![text, at])),
            None => inner.connection.prepare_cached(r#"DELETE FROM alarms WHERE "key" = ?1"#).and_then(|mut s| s.execute([&text])),
        };
        done.map_err(|e| explain(&self.path, &e))?;
        inner.dirty = true;
        Ok(())
    }

    /// When an object is to be woken.
    pub fn get(&self, key: &ObjectKey) -> Result<Option<i64>> {
        let text = serde_json::to_string(key)?;
        let inner = self.lock();
        let mut statement = inner
            .connection
            .prepare_cached(r#"SELECT "at" FROM alarms WHERE "key" = ?1"#)
            .map_err(|e| explain(&self.path, &e))?;
        let mut rows = statement
            .query([text])
            .map_err(|e| explain(&self.path, &e))?;
        rows.next()
            .and_then(|row| row.map(|row| row.get(0)).transpose())
            .map_err(|e| explain(&self.path, &e))
    }

    /// The objects that are to be woken until a time.
    pub fn until(&self, time: i64) -> Result<Vec<(i64, ObjectKey)>> {
        let inner = self.lock();
        let mut statement = inner
            .connection
            .prepare_cached(r#"SELECT "at", "key" FROM alarms WHERE "at" <= ?1 ORDER BY "at""#)
            .map_err(|e| explain(&self.path, &e))?;
        let rows = statement
            .query_map([time], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })
            .map_err(|e| explain(&self.path, &e))?;
        rows.map(|row| {
            let (at, key) = row.map_err(|e| explain(&self.path, &e))?;
            Ok((at, serde_json::from_str(&key)?))
        })
        .collect()
    }

    /// The number of objects that are to be woken some time.
    pub fn count(&self) -> Result<u64> {
        self.lock()
            .connection
            .query_row("SELECT count(*) FROM alarms", [], |row| {
                row.get::<_, i64>(0)
            })
            .map(i64::unsigned_abs)
            .map_err(|e| explain(&self.path, &e))
    }

    /// The file to be synced, if anything was written since this was asked last.
    pub fn unsynced(&self) -> Result<Option<Arc<File>>> {
        if !std::mem::take(&mut self.lock().dirty) {
            return Ok(None);
        }
        let mut wal = self.path.clone().into_os_string();
        wal.push("-wal");
        Ok(Some(Arc::new(File::open(wal)?)))
    }
}

fn explain(path: &Path, error: &rusqlite::Error) -> Error {
    Error::new(
        ErrorKind::Storage,
        format_args!("{}: {error}", path.display()),
    )
}
