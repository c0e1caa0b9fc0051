//! The `SQLite` database of a Durable Object.
//!
//! It differs from one in this process: a number is bound as a float, and comes back as one, so that integers beyond
//! 2^53 would be rounded. Small ones are safe, because a column's affinity makes them integers again; larger ones are
//! written into the statement, and the shim asks for them again as text. Nor does it say whether a statement writes.

use std::cell::{Cell as StdCell, RefCell};

use dotdo_wasm::Said;

use super::ahead::{self, Ahead};
use super::later::Later;
use super::limits::explain;
use super::statement;
use super::wire::{self, Parts, whole};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::value::{Cell, CellRef};

/// What does the work: the shim, by way of the platform.
pub(super) trait Platform {
    /// Performs a statement, or several.
    fn sql(&self, message: &[u8]) -> Said;

    /// Runs the body in a transaction, which may be within another, and keeps that if it gives `true`. A text only if it could
    /// not be kept or undone.
    fn transaction(&self, body: &mut dyn FnMut() -> bool) -> Vec<u8>;
}

/// The platform beyond the border.
#[cfg(target_arch = "wasm32")]
#[derive(Default)]
pub(super) struct Border;

#[cfg(target_arch = "wasm32")]
impl Platform for Border {
    fn sql(&self, message: &[u8]) -> Said {
        dotdo_wasm::sql(message)
    }

    fn transaction(&self, body: &mut dyn FnMut() -> bool) -> Vec<u8> {
        dotdo_wasm::transaction(body)
    }
}

#[derive(Default)]
pub(super) struct Database<P> {
    platform: P,
    /// What an instance before this one kept has been done.
    looked: StdCell<bool>,
    read_only: StdCell<bool>,
    /// How many transactions are open, one within the other.
    depth: StdCell<u32>,
    /// What the innermost of them is to write yet.
    later: RefCell<Later>,
    /// What transactions before it wrote.
    ahead: RefCell<Ahead>,
    /// Something that was put off could not be done, in the innermost transaction.
    failed: RefCell<Option<Error>>,
}

/// What a statement gave.
#[derive(Default)]
struct Done {
    changed: u64,
    rows: Vec<Vec<Cell>>,
}

impl<P: Platform> Database<P> {
    /// Has the platform do something.
    fn cross(&self, message: &[u8]) -> Result<Done> {
        let reply = match self.platform.sql(message) {
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

    /// Whether what can be done later is done later.
    fn puts_off(&self) -> bool {
        self.depth.get() > 0 && !self.read_only.get()
    }

    fn perform(&self, sql: &str, params: &[Cell]) -> Result<Done> {
        if self.read_only.get() && statement::writes(sql) {
            return Err(Error::refused("a query may only read"));
        }
        if let Some((sql, params)) = statement::with_large_integers(sql, params) {
            return self.cross(&message(&sql, &params));
        }
        self.cross(&message(sql, params))
    }

    /// Does what is not done yet, because somebody asks.
    fn catch_up(&self) -> Result<()> {
        self.take_over()?;
        self.ahead.borrow_mut().asked();
        // Nobody is shown what is half done, and no transaction begins within one that fails.
        if let Some(error) = &*self.failed.borrow() {
            return Err(error.clone());
        }
        if self.depth.get() > 0 {
            return self.write();
        }
        if !self.ahead.borrow().waits() {
            return Ok(());
        }
        self.transaction(&mut || self.write())
    }

    /// Does what is not done yet.
    fn write(&self) -> Result<()> {
        let mut later = self.later.borrow_mut();
        let message = self.ahead.borrow_mut().catch_up(&mut later);
        self.send(message, &mut later)
    }

    /// Does what the outermost transaction is to write yet, or keeps it.
    fn finish(&self) -> Result<()> {
        let mut later = self.later.borrow_mut();
        if later.writes().is_empty() {
            return Ok(());
        }
        let message = self.ahead.borrow_mut().finish(&mut later);
        self.send(message, &mut later)
    }

    /// What fails here is the transaction, whoever it is that hears of it.
    fn send(&self, message: Option<Vec<u8>>, later: &mut Later) -> Result<()> {
        let Some(message) = message else {
            return Ok(());
        };
        match self.cross(&message) {
            Ok(_) => {
                later.arrived();
                Ok(())
            }
            Err(error) => {
                self.failed.replace(Some(error.clone()));
                Err(error)
            }
        }
    }

    /// Does, once, what an instance before this one kept.
    fn take_over(&self) -> Result<()> {
        if self.looked.get() {
            return Ok(());
        }
        if !self.cross(&message(ahead::FIND, &[]))?.rows.is_empty() {
            let rows = self.cross(&message(ahead::READ, &[]))?.rows;
            let kept = self.ahead.borrow_mut().take_over(rows)?;
            if let Some(kept) = kept {
                self.within(&mut || self.cross(&kept).map(drop))?;
            }
        }
        self.looked.set(true);
        Ok(())
    }

    /// Runs the body in a transaction of the platform.
    fn within(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let mut done = Err(Error::internal("the host did not run a transaction"));
        let failure = self.platform.transaction(&mut || {
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
}

/// A statement with its parameters.
fn message(sql: &str, params: &[Cell]) -> Vec<u8> {
    wire::list(std::iter::once(sql.into()).chain(params.iter().map(CellRef::from)))
}

impl<P: Platform> Sql for Database<P> {
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
        self.take_over()?;
        if self.later.borrow().writes().overwrites() || self.ahead.borrow().overwrites() {
            self.catch_up()?;
        }
        self.perform(sql, params).map(|done| done.changed)
    }

    fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let outermost = self.depth.get() == 0;
        if outermost {
            self.take_over()?;
        } else {
            self.catch_up()?;
        }
        self.depth.update(|depth| depth + 1);
        let done = self.within(&mut || {
            let done = body().and_then(|()| {
                if outermost {
                    self.finish()
                } else {
                    self.write()
                }
            });
            self.failed.take().map_or(done, Err)
        });
        self.depth.update(|depth| depth - 1);
        if done.is_err() {
            self.later.borrow_mut().forget();
        }
        if outermost {
            let mut ahead = self.ahead.borrow_mut();
            if done.is_ok() {
                ahead.committed();
            } else {
                ahead.undone();
            }
        }
        done
    }

    fn read_only(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let before = self.read_only.replace(true);
        let done = body();
        self.read_only.set(before);
        done
    }
}

#[cfg(test)]
mod tests;
