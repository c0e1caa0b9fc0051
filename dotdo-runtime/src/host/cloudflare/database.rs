//! The `SQLite` database of a Durable Object.
//!
//! It differs from one in this process: a number is bound as a float, and comes back as one, so that integers beyond
//! 2^53 would be rounded. Small ones are safe, because a column's affinity makes them integers again; larger ones are
//! written into the statement, and the shim asks for them again as text. Nor does it say whether a statement writes.

use std::borrow::Cow;
use std::cell::Cell as StdCell;

use super::instance::whole;
use super::limits::explain;
use super::statement;
use super::wire::{self, Parts};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::value::Cell;

#[derive(Default)]
pub(super) struct Database {
    read_only: StdCell<bool>,
}

/// What a statement gave.
struct Done {
    changed: i64,
    rows: Vec<Vec<Cell>>,
}

impl Database {
    fn perform(&self, sql: &str, params: &[Cell]) -> Result<Done> {
        if self.read_only.get() && statement::writes(sql) {
            return Err(Error::refused("a query may only read"));
        }
        let (sql, params) = match statement::with_large_integers(sql, params) {
            Some((sql, params)) => (Cow::Owned(sql), Cow::Owned(params)),
            None => (Cow::Borrowed(sql), Cow::Borrowed(params)),
        };
        let mut message = Vec::with_capacity(params.len() + 1);
        message.push(Cell::Text(sql.into_owned()));
        message.extend(params.into_owned());
        let mut reply = whole(Parts::of(&dotdo_wasm::sql(&wire::encode(&message))));
        if whole(reply.number()) != 0 {
            return Err(explain(&whole(reply.text())));
        }
        let changed = whole(reply.number());
        let width = usize::try_from(whole(reply.number())).unwrap_or(0).max(1);
        let mut cells = reply.rest();
        let mut rows = Vec::with_capacity(cells.len() / width);
        while cells.len() > 0 {
            rows.push(cells.by_ref().take(width).collect());
        }
        Ok(Done { changed, rows })
    }
}

impl Sql for Database {
    fn query(&self, sql: &str, params: &[Cell]) -> Result<Vec<Vec<Cell>>> {
        self.perform(sql, params).map(|done| done.rows)
    }

    fn execute(&self, sql: &str, params: &[Cell]) -> Result<u64> {
        self.perform(sql, params)
            .map(|done| u64::try_from(done.changed).unwrap_or(0))
    }

    fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let mut done = Err(Error::internal("the host did not run a transaction"));
        let failure = dotdo_wasm::transaction(&mut || {
            done = body();
            done.is_ok()
        });
        if failure.is_empty() {
            return done;
        }
        // What failed is the storage; that the body failed too would only hide it.
        let text = whole(Parts::of(&failure).and_then(|mut parts| parts.text()));
        Err(match explain(&text) {
            error if error.kind() == ErrorKind::Internal => Error::new(ErrorKind::Storage, text),
            error => error,
        })
    }

    fn read_only(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let before = self.read_only.replace(true);
        let done = body();
        self.read_only.set(before);
        done
    }
}
