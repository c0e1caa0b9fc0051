//! One object's database: a `SQLite` file in WAL mode that this process has for itself.

use std::cell::{Cell as StdCell, OnceCell};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};

use super::Durability;
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::value::Cell;

/// Prepared statements kept for each open object.
const STATEMENTS: usize = 96;

/// One object's database.
pub(super) struct Database {
    connection: Connection,
    path: PathBuf,
    depth: StdCell<u32>,
    read_only: StdCell<bool>,
    /// Whether the file was made by this, so that its name has to be made safe too.
    is_new: bool,
    /// Handles for syncing. Kept until the connection is closed: closing a handle of a file that `SQLite` has locked
    /// would take its lock away.
    wal: OnceCell<Arc<File>>,
    main: OnceCell<Result<Arc<File>>>,
}

impl Database {
    /// Opens the file, making it if need be.
    pub fn open(path: &Path, durability: Durability) -> Result<Self> {
        let is_new = !path.exists();
        if is_new && let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|e| cannot(path, &e))?;
        }
        let connection = Connection::open(path).map_err(|e| cannot(path, &e))?;
        let synchronous = match durability {
            Durability::Sync => "FULL",
            // A checkpoint still syncs, so the file itself is never torn.
            Durability::Batch | Durability::Relaxed => "NORMAL",
        };
        // Turning a new file into one with a log writes its first page, with syncs of its own. Where the gate syncs
        // the file and its folders before anything is acknowledged, those are not needed.
        if is_new && durability != Durability::Sync {
            connection
                .execute_batch("PRAGMA synchronous = OFF")
                .map_err(|e| cannot(path, &e))?;
        }
        connection
            .execute_batch(&format!(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -512; PRAGMA temp_store = MEMORY;"
            ))
            .map_err(|e| cannot(path, &e))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self {
            connection,
            path: path.to_owned(),
            depth: StdCell::new(0),
            read_only: StdCell::new(false),
            is_new,
            wal: OnceCell::new(),
            main: OnceCell::new(),
        })
    }

    /// How many rows have been written since it was opened.
    pub fn writes(&self) -> u64 {
        self.connection.total_changes()
    }

    /// The files whose sync makes all that was committed safe.
    pub fn files(&self) -> Result<Vec<Arc<File>>> {
        let open = |path: &Path| File::open(path).map(Arc::new).map_err(|e| cannot(path, &e));
        if let Some(wal) = self.wal.get() {
            return Ok(vec![wal.clone()]);
        }
        let mut wal = self.path.clone().into_os_string();
        wal.push("-wal");
        let wal = open(Path::new(&wal))?;
        let mut files = vec![self.wal.get_or_init(|| wal).clone()];
        if self.is_new {
            files.push(self.main.get_or_init(|| open(&self.path)).clone()?);
            // The names of new files live in their folders.
            for folder in self.path.ancestors().skip(1).take(4) {
                files.push(open(folder)?);
            }
        }
        Ok(files)
    }
}

fn cannot(path: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::Storage,
        format_args!("{}: {why}", path.display()),
    )
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(n) => ValueRef::Integer(*n),
            Self::Real(n) => ValueRef::Real(*n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Database {
    fn prepare(&self, sql: &str) -> Result<rusqlite::CachedStatement<'_>> {
        let statement = self
            .connection
            .prepare_cached(sql)
            .map_err(|e| self.explain(&e))?;
        if self.read_only.get() && !statement.readonly() {
            return Err(Error::refused("a query may only read"));
        }
        Ok(statement)
    }

    fn explain(&self, error: &rusqlite::Error) -> Error {
        use rusqlite::ErrorCode as Code;
        let kind = match error.sqlite_error_code() {
            Some(Code::ConstraintViolation) => ErrorKind::Conflict,
            Some(
                Code::DiskFull
                | Code::SystemIoFailure
                | Code::ReadOnly
                | Code::CannotOpen
                | Code::DatabaseCorrupt
                | Code::NotADatabase
                | Code::DatabaseBusy
                | Code::PermissionDenied,
            ) => ErrorKind::Storage,
            _ => ErrorKind::Internal,
        };
        let text = match error {
            rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
            other => other.to_string(),
        };
        if kind == ErrorKind::Storage {
            Error::new(kind, format_args!("{}: {text}", self.path.display()))
        } else {
            Error::new(kind, text)
        }
    }

    fn control(&self, sql: &str) -> Result<()> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut s| s.execute([]).map(|_| ()))
            .map_err(|e| self.explain(&e))
    }
}

impl Sql for Database {
    fn query(&self, sql: &str, params: &[Cell]) -> Result<Vec<Vec<Cell>>> {
        let mut statement = self.prepare(sql)?;
        let width = statement.column_count();
        let mut rows = statement
            .query(rusqlite::params_from_iter(params))
            .map_err(|e| self.explain(&e))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(|e| self.explain(&e))? {
            let mut cells = Vec::with_capacity(width);
            for i in 0..width {
                cells.push(match row.get_ref(i).map_err(|e| self.explain(&e))? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(n) => Cell::Integer(n),
                    ValueRef::Real(n) => Cell::Real(n),
                    ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
                    ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
                });
            }
            all.push(cells);
        }
        Ok(all)
    }

    fn execute(&self, sql: &str, params: &[Cell]) -> Result<u64> {
        let mut statement = self.prepare(sql)?;
        statement
            .execute(rusqlite::params_from_iter(params))
            .map(|n| n as u64)
            .map_err(|e| self.explain(&e))
    }

    fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let depth = self.depth.get();
        let (begin, keep, undo) = if depth == 0 {
            (
                "BEGIN IMMEDIATE".to_owned(),
                "COMMIT".to_owned(),
                "ROLLBACK".to_owned(),
            )
        } else {
            (
                format!("SAVEPOINT t{depth}"),
                format!("RELEASE t{depth}"),
                format!("ROLLBACK TO t{depth}; RELEASE t{depth}"),
            )
        };
        self.control(&begin)?;
        self.depth.set(depth + 1);
        let done = body();
        self.depth.set(depth);
        let kept = done.and_then(|()| self.control(&keep));
        if kept.is_err() && !(depth == 0 && self.connection.is_autocommit()) {
            // Some failures have rolled back already; a second error would only hide the first.
            let _ = self.connection.execute_batch(&undo);
        }
        kept
    }

    fn read_only(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let before = self.read_only.replace(true);
        let done = body();
        self.read_only.set(before);
        done
    }
}
