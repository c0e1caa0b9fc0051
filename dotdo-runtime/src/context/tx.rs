use std::ops::Deref;

use crate::context::View;
use crate::effect::{Effect, Named};
use crate::error::Result;
use crate::id::{AnyNoun, Id};
use crate::json::Json;
use crate::noun::{EventKey, Noun, Row};
use crate::object::turn::Turn;
use crate::value::{Cell, Value};

/// What a `#[verb]` holds: one transaction. Everything made through it commits with the verb, or not at all. It reads
/// like a [`View`].
#[derive(Debug)]
pub struct Tx<N = AnyNoun> {
    view: View<N>,
    any: Option<Box<Tx<AnyNoun>>>,
}

impl<N> Deref for Tx<N> {
    type Target = View<N>;
    fn deref(&self) -> &View<N> {
        &self.view
    }
}

impl<N> Tx<N> {
    pub(crate) fn new(turn: Turn, id: &str) -> Self {
        let any = Box::new(Tx {
            view: View::new(turn.clone(), id),
            any: None,
        });
        Self {
            view: View::new(turn, id),
            any: Some(any),
        }
    }

    /// The same transaction, for code that was written for any noun.
    #[doc(hidden)]
    #[allow(
        clippy::missing_panics_doc,
        reason = "transactions of a noun are made with one"
    )]
    pub fn any(&mut self) -> &mut Tx<AnyNoun> {
        self.any
            .as_deref_mut()
            .expect("only a transaction of any noun has none")
    }

    /// A random number.
    pub fn random(&self) -> u64 {
        #[allow(
            clippy::cast_possible_truncation,
            reason = "the lower half of a random number is as random"
        )]
        let random = self.view.turn.random() as u64;
        random
    }

    /// Makes a row in this object, with an id made by dotdo. Emits `created`.
    pub fn create<M: Row>(&mut self, row: &M) -> Result<Id<M>> {
        let cells = row.to_cells()?;
        self.view
            .turn
            .create(M::DEF, None, cells, None)
            .map(Id::trusted)
    }

    /// Makes a row in this object with an id of your own. Emits `created`.
    pub fn create_as<M: Row>(&mut self, id: &Id<M>, row: &M) -> Result<()> {
        let cells = row.to_cells()?;
        self.view
            .turn
            .create(M::DEF, Some(id.as_str().to_owned()), cells, None)
            .map(|_| ())
    }

    /// Changes a row of this object. Emits `updated` if anything changed.
    pub fn update<M: Row>(
        &mut self,
        id: &Id<M>,
        change: impl FnOnce(&mut M) -> Result<()>,
    ) -> Result<()> {
        let before = self.view.turn.row(M::DEF, id.as_str())?;
        let mut row = M::from_cells(id.as_str(), &mut before.cells.iter().cloned())?;
        change(&mut row)?;
        self.view.turn.update(M::DEF, before, row.to_cells()?)
    }

    /// Deletes a row of this object, leaving a tombstone. Emits `deleted`.
    pub fn delete<M: Row>(&mut self, id: &Id<M>) -> Result<()> {
        let before = self.view.turn.row(M::DEF, id.as_str())?;
        self.view.turn.delete(M::DEF, before)
    }

    /// Emits an event about the thing this is about.
    pub fn emit<M: Noun, P: Value>(&mut self, key: EventKey<M, P>, payload: &P) -> Result<()> {
        let id = self.view.id.clone();
        self.view
            .turn
            .emit(key.noun(), key.verb(), &id, Json::of(payload)?)
    }

    /// Accepts an effect with this transaction: it is done after the commit, retried by its policy, and not awaited.
    pub fn send<E: Effect>(&mut self, effect: E) -> Result<()> {
        let options = effect.options();
        self.view.turn.send(effect.into_deed(), options)
    }

    /// [`send`](Self::send) for a step or flow whose name is known only now.
    pub fn send_named(&mut self, name: &str, args: &impl serde::Serialize) -> Result<()> {
        self.send(Named {
            name: name.to_owned(),
            args: Json::of(args),
        })
    }

    /// Writes with a SQL statement of your own, in tables of your own.
    pub fn execute(&mut self, sql: &str, params: &[Cell]) -> Result<u64> {
        self.view.turn.sql().execute(sql, params)
    }
}
