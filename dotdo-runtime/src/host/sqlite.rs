//! The `SQLite` database of one object, for every host that runs `SQLite` in its own process.

use std::cell::Cell as StdCell;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};

use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::value::Cell;

/// Prepared statements kept for each open object.
const STATEMENTS: usize = 96;

/// One object's database: in WAL mode, and for this connection alone.
pub(super) struct Database {
    connection: Connection,
    /// What the user knows it by.
    name: String,
    depth: StdCell<u32>,
    read_only: StdCell<bool>,
}

/// What `SQLite` itself syncs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syncs {
    /// Every commit, rather than checkpoints alone.
    pub commits: bool,
    /// The first page of a new file.
    pub creation: bool,
}

impl Database {
    /// Takes over a connection that was opened and not used.
    pub fn of(connection: Connection, name: String, syncs: Syncs) -> Result<Self> {
        let database = Self {
            connection,
            name,
            depth: StdCell::new(0),
            read_only: StdCell::new(false),
        };
        let synchronous = if syncs.commits {
            "FULL"
        } else {
            // A checkpoint still syncs, so the file itself is never torn.
            "NORMAL"
        };
        // Turning a new file into one with a log writes its first page, with syncs of its own. Where the gate syncs
        // the file and its folders before anything is acknowledged, those are not needed.
        let creation = if syncs.creation {
            ""
        } else {
            "PRAGMA synchronous = OFF;"
        };
        database
            .connection
            .execute_batch(&format!(
                "{creation} PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -512; PRAGMA temp_store = MEMORY;"
            ))
            .map_err(|e| cannot(&database.name, &e))?;
        database
            .connection
            .set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(database)
    }

    /// How many rows have been written since it was opened.
    pub fn writes(&self) -> u64 {
        self.connection.total_changes()
    }
}

/// The error of a file that cannot be used.
pub(super) fn cannot(name: &str, why: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::Storage, format_args!("{name}: {why}"))
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
            Error::new(kind, format_args!("{}: {text}", self.name))
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
