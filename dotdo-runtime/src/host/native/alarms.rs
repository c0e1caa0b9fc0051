//! When each sleeping object is to be woken: one small table beside the objects.
//!
//! The truth is in the objects. An entry here may be too early (the object wakes, finds nothing to do and says when
//! it really wants to be woken), never too late: it is written before the turn that wants it commits, or stands in the
//! log with the turn. From there it comes here in bulk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

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
    /// What is in the log and not yet here, by key as JSON.
    later: HashMap<String, Option<i64>>,
    /// Makes the log safe, where it is not synced for each entry.
    first: Option<First>,
}

/// What is done before entries from the log are written. An index that has more than the objects after a power loss would
/// wake them too late.
pub(super) type First = Box<dyn Fn() -> Result<()> + Send>;

/// So many entries may wait to be written.
const LATER: usize = 4096;

impl Alarms {
    /// Opens the index, making it if need be. `safe` says whether each entry is to survive power loss by itself.
    pub fn open(folder: &Path, safe: bool) -> Result<Self> {
        let path = folder.join("alarms.sqlite");
        let connection = Connection::open(&path).map_err(|e| explain(&path, &e))?;
        Self::on(connection, path, safe)
    }

    /// The index in a file that was opened.
    pub fn on(connection: Connection, path: PathBuf, safe: bool) -> Result<Self> {
        let synchronous = if safe { "FULL" } else { "NORMAL" };
        connection
            .execute_batch(&format!(
                r#"PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};
                   CREATE TABLE IF NOT EXISTS alarms ("key" TEXT PRIMARY KEY NOT NULL, "at" INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                   CREATE INDEX IF NOT EXISTS "alarms.at" ON alarms ("at");"#,
            ))
            .map_err(|e| explain(&path, &e))?;
        Ok(Self {
            inner: Mutex::new(Inner {
                connection,
                later: HashMap::new(),
                first: None,
            }),
            path,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while it was held left SQLite consistent: each change is one statement.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes an entry.
    pub fn set(&self, key: &ObjectKey, at: Option<i64>) -> Result<()> {
        let text = serde_json::to_string(key)?;
        let mut inner = self.lock();
        inner.later.remove(&text);
        put(&inner.connection, &text, at).map_err(|e| explain(&self.path, &e))
    }

    /// This is done each time before entries are written that came with `set_later`.
    pub fn only_after(&self, first: First) {
        self.lock().first = Some(first);
    }

    /// Writes entries with the next ones that are written. What they say is safe elsewhere, or made so `only_after`.
    pub fn set_later(
        &self,
        entries: impl IntoIterator<Item = (String, Option<i64>)>,
    ) -> Result<()> {
        let mut inner = self.lock();
        inner.later.extend(entries);
        if inner.later.len() >= LATER {
            self.write_out(&mut inner)?;
        }
        Ok(())
    }

    fn write_out(&self, inner: &mut Inner) -> Result<()> {
        if inner.later.is_empty() {
            return Ok(());
        }
        if let Some(first) = &inner.first {
            first()?;
        }
        let write = || {
            let transaction = inner.connection.unchecked_transaction()?;
            for (key, at) in &inner.later {
                put(&transaction, key, *at)?;
            }
            transaction.commit()
        };
        write().map_err(|e| explain(&self.path, &e))?;
        inner.later.clear();
        Ok(())
    }

    /// Makes all entries safe.
    pub fn checkpoint(&self) -> Result<()> {
        let mut inner = self.lock();
        self.write_out(&mut inner)?;
        inner
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(|e| explain(&self.path, &e))
    }

    /// When an object is to be woken.
    pub fn get(&self, key: &ObjectKey) -> Result<Option<i64>> {
        let text = serde_json::to_string(key)?;
        let inner = self.lock();
        if let Some(at) = inner.later.get(&text) {
            return Ok(*at);
        }
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

    /// The objects that are to be woken until a time, and how many entries there are besides that name none.
    pub fn until(&self, time: i64) -> Result<(Vec<(i64, ObjectKey)>, usize)> {
        let mut inner = self.lock();
        self.write_out(&mut inner)?;
        let mut statement = inner
            .connection
            .prepare_cached(r#"SELECT "at", "key" FROM alarms WHERE "at" <= ?1 ORDER BY "at""#)
            .map_err(|e| explain(&self.path, &e))?;
        let mut rows = statement
            .query([time])
            .map_err(|e| explain(&self.path, &e))?;
        let (mut alarms, mut unreadable) = (Vec::new(), 0);
        while let Some(row) = rows.next().map_err(|e| explain(&self.path, &e))? {
            let (at, key) = row
                .get(0)
                .and_then(|at| Ok((at, row.get::<_, String>(1)?)))
                .map_err(|e| explain(&self.path, &e))?;
            // One that cannot be read must not keep all others asleep.
            match serde_json::from_str(&key) {
                Ok(key) => alarms.push((at, key)),
                Err(_) => unreadable += 1,
            }
        }
        Ok((alarms, unreadable))
    }

    /// The number of objects that are to be woken some time.
    pub fn count(&self) -> Result<u64> {
        let mut inner = self.lock();
        self.write_out(&mut inner)?;
        inner
            .connection
            .query_row("SELECT count(*) FROM alarms", [], |row| {
                row.get::<_, i64>(0)
            })
            .map(i64::unsigned_abs)
            .map_err(|e| explain(&self.path, &e))
    }
}

#[cfg(test)]
impl Alarms {
    /// Does this with the index itself.
    pub fn sql(&self, sql: &str) {
        self.lock().connection.execute_batch(sql).unwrap();
    }
}

fn put(connection: &Connection, key: &str, at: Option<i64>) -> rusqlite::Result<()> {
    match at {
        Some(at) => connection
            .prepare_cached(r#"INSERT INTO alarms ("key", "at") VALUES (?1, ?2) ON CONFLICT ("key") DO UPDATE SET "at" = excluded."at""#)?
            .execute(rusqlite::params![key, at])?,
        None => connection
            .prepare_cached(r#"DELETE FROM alarms WHERE "key" = ?1"#)?
            .execute([key])?,
    };
    Ok(())
}

fn explain(path: &Path, error: &rusqlite::Error) -> Error {
    Error::new(
        ErrorKind::Storage,
        format_args!("{}: {error}", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Alarms;
    use crate::app::ObjectKey;
    use crate::error::{Error, ErrorKind};

    #[test]
    fn what_the_log_has_is_written_only_after_the_log_is_safe() {
        let folder = tempfile::tempdir().unwrap();
        let alarms = Alarms::open(folder.path(), false).unwrap();
        let key = ObjectKey::tenant("shop.example");
        let text = serde_json::to_string(&key).unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        // The first time it fails.
        alarms.only_after(Box::new(move || {
            match counted.fetch_add(1, Ordering::SeqCst) {
                0 => Err(Error::new(ErrorKind::Storage, "the log is not safe")),
                _ => Ok(()),
            }
        }));
        alarms.set_later([(text, Some(7))]).unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 0, "nothing is written yet");
        assert_eq!(alarms.get(&key).unwrap(), Some(7));

        assert!(alarms.checkpoint().is_err());
        alarms.sql("CREATE TEMP TABLE entries (n CHECK (n = 0)); INSERT INTO entries SELECT count(*) FROM alarms");
        assert_eq!(alarms.get(&key).unwrap(), Some(7), "it is not forgotten");
        assert_eq!(alarms.until(9).unwrap(), (vec![(7, key)], 0));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }
}
