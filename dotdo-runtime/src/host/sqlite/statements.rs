//! Statements, their parameters and their rows.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::Database;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Cell, CellRef};

impl Database {
    pub(super) fn prepare(&self, sql: &str) -> Result<rusqlite::CachedStatement<'_>> {
        if let (true, Some(recorder)) = (self.still_open()?, &self.recorder) {
            self.append_all(recorder)?;
        }
        self.prepare_apart(sql)
    }

    /// Prepares a statement that has nothing to do with the rows that were put off.
    pub(super) fn prepare_apart(&self, sql: &str) -> Result<rusqlite::CachedStatement<'_>> {
        if let (false, Some(recorder)) = (self.still_open()?, &self.recorder) {
            self.catch_up(recorder)?;
        }
        let statement = self
            .connection
            .prepare_cached(sql)
            .map_err(|e| self.explain(&e))?;
        if !statement.readonly() {
            if self.read_only.get() {
                return Err(Error::refused("a query may only read"));
            }
            self.wrote.set(true);
            self.touched.set(true);
        }
        Ok(statement)
    }

    pub(super) fn rows(
        &self,
        statement: &mut rusqlite::CachedStatement<'_>,
        params: &[Cell],
    ) -> Result<Vec<Vec<Cell>>> {
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

    pub(super) fn run(
        &self,
        statement: &mut rusqlite::CachedStatement<'_>,
        params: &[Cell],
    ) -> Result<u64> {
        statement
            .execute(rusqlite::params_from_iter(params))
            .map(|n| n as u64)
            .map_err(|e| self.explain(&e))
    }

    pub(super) fn control(&self, sql: &str) -> Result<()> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut s| s.execute([]).map(|_| ()))
            .map_err(|e| self.explain(&e))
    }

    pub(super) fn explain(&self, error: &rusqlite::Error) -> Error {
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
}

/// Whether it is certain that a statement which counted no row has done nothing.
pub(super) fn changes_rows_only(sql: &str) -> bool {
    sql.get(..6).is_some_and(|word| {
        ["INSERT", "UPDATE", "DELETE"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    })
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(value_of(self.into())))
    }
}

impl ToSql for CellRef<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(value_of(*self)))
    }
}

const fn value_of(cell: CellRef<'_>) -> ValueRef<'_> {
    match cell {
        CellRef::Null => ValueRef::Null,
        CellRef::Integer(n) => ValueRef::Integer(n),
        CellRef::Real(n) => ValueRef::Real(n),
        CellRef::Text(text) => ValueRef::Text(text.as_bytes()),
        CellRef::Blob(bytes) => ValueRef::Blob(bytes),
    }
}
