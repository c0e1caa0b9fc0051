//! The `SQLite` database of a Durable Object.
//!
//! It differs from one in this process: a number is bound as a float, and comes back as one, so that integers beyond
//! 2^53 would be rounded. Small ones are safe, because a column's affinity makes them integers again; larger ones are
//! written into the statement, and the shim asks for them again as text. Nor does it say whether a statement writes.

use std::cell::{Cell as StdCell, RefCell};

use dotdo_wasm::Said;

use super::instance::whole;
use super::later::Later;
use super::limits::explain;
use super::statement;
use super::wire::{self, Parts};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::value::{Cell, CellRef};

#[derive(Default)]
pub(super) struct Database {
    read_only: StdCell<bool>,
    /// How many transactions are open, one within the other.
    depth: StdCell<u32>,
    /// What the innermost of them is to write yet.
    later: RefCell<Later>,
}

/// What a statement gave.
#[derive(Default)]
struct Done {
    changed: u64,
    rows: Vec<Vec<Cell>>,
}

/// Has the host do something with the database.
fn cross(message: &[u8]) -> Result<Done> {
    let reply = match dotdo_wasm::sql(message) {
        Said::Changed(rows) => {
            return Ok(Done {
                changed: rows as u64,
                rows: Vec::new(),
            });
        }
        Said::Reply(reply) => reply,
    };
    let mut reply = whole(Parts::of(&reply));
    if whole(reply.number()) != 0 {
        return Err(explain(&whole(reply.text())));
    }
    let changed = u64::try_from(whole(reply.number())).unwrap_or(0);
    let width = usize::try_from(whole(reply.number())).unwrap_or(0).max(1);
    let mut cells = reply.rest();
    let mut rows = Vec::with_capacity(cells.len() / width);
    while cells.len() > 0 {
        rows.push(cells.by_ref().take(width).collect());
    }
    Ok(Done { changed, rows })
}

impl Database {
    /// Whether what can be done later is done later.
    fn puts_off(&self) -> bool {
        self.depth.get() > 0 && !self.read_only.get()
    }

    fn perform(&self, sql: &str, params: &[Cell]) -> Result<Done> {
        if self.read_only.get() && statement::writes(sql) {
            return Err(Error::refused("a query may only read"));
        }
        if let Some((sql, params)) = statement::with_large_integers(sql, params) {
            return cross(&message(&sql, &params));
        }
        cross(&message(sql, params))
    }

    /// Does what was put off.
    fn catch_up(&self) -> Result<()> {
        let mut later = self.later.borrow_mut();
        let Some(message) = later.take() else {
            return Ok(());
        };
        cross(&message)?;
        later.arrived();
        Ok(())
    }
}

/// A statement with its parameters.
fn message(sql: &str, params: &[Cell]) -> Vec<u8> {
    wire::list(std::iter::once(sql.into()).chain(params.iter().map(CellRef::from)))
}

impl Sql for Database {
    fn query(&self, sql: &str, params: &[Cell]) -> Result<Vec<Vec<Cell>>> {
        self.catch_up()?;
        self.perform(sql, params).map(|done| done.rows)
    }

    fn execute(&self, sql: &str, params: &[Cell]) -> Result<u64> {
        self.catch_up()?;
        self.perform(sql, params).map(|done| done.changed)
    }

    fn append(&self, sql: &'static str, params: &[CellRef<'_>]) -> Result<()> {
        if self.puts_off() && self.later.borrow_mut().append(sql, params) {
            return Ok(());
        }
        self.execute(sql, &CellRef::owned(params)).map(drop)
    }

    fn overwrite(&self, sql: &str, params: &[Cell]) -> Result<()> {
        if self.puts_off() && self.later.borrow_mut().overwrite(sql, params) {
            return Ok(());
        }
        self.execute(sql, params).map(drop)
    }

    fn change(&self, sql: &str, params: &[Cell]) -> Result<u64> {
        if self.later.borrow().overwrites() {
            self.catch_up()?;
        }
        self.perform(sql, params).map(|done| done.changed)
    }

    fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        self.catch_up()?;
        let mut done = Err(Error::internal("the host did not run a transaction"));
        self.depth.update(|depth| depth + 1);
        let failure = dotdo_wasm::transaction(&mut || {
            done = body().and_then(|()| self.catch_up());
            done.is_ok()
        });
        self.depth.update(|depth| depth - 1);
        if done.is_err() {
            self.later.borrow_mut().forget();
        }
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
