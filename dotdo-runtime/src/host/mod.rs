//! The seam: what the runtime needs of the machine it runs on, and the hosts that provide it.
//!
//! The runtime is sans-I/O. A host hands an [`Object`](crate::object::Object) its storage and an [`Env`], feeds it
//! [`Input`](crate::object::Input)s and carries out the [`Output`](crate::object::Output)s once the storage is
//! durable.

use std::future::Future;

use chrono::{DateTime, Utc};

use crate::app::{App, ObjectKey};
#[cfg(not(target_arch = "wasm32"))]
use crate::effect::{Deed, Effect};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::object::{Answer, Request};
use crate::store::memory::Memory;
use crate::stub::Op;
use crate::value::{Cell, CellRef};

pub mod cloudflare;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
#[cfg(not(target_arch = "wasm32"))]
mod recorder;
#[cfg(all(feature = "sim", not(target_arch = "wasm32")))]
pub mod sim;
#[cfg(not(target_arch = "wasm32"))]
mod sqlite;

/// The `SQLite` database of one object.
pub trait Sql {
    /// Runs a statement that returns rows.
    fn query(&self, sql: &str, params: &[Cell]) -> Result<Vec<Vec<Cell>>>;

    /// Runs a statement that returns none; gives the number of rows it changed.
    fn execute(&self, sql: &str, params: &[Cell]) -> Result<u64>;

    /// Adds a row that nothing can refuse. It is there before the next `query` or `execute`; a host may add it only then, or
    /// when it commits.
    #[doc(hidden)]
    fn append(&self, sql: &'static str, params: &[CellRef<'_>]) -> Result<()> {
        self.execute(sql, &CellRef::owned(params)).map(drop)
    }

    /// Gives columns of a row values that nothing can refuse. They are there before the next statement that is neither `append`
    /// nor `overwrite`; a host may write them only then, or when it commits. With the same text it is the same row and the
    /// same columns each time, so that the last values may stand for all; with another text it is the same row at least.
    #[doc(hidden)]
    fn overwrite(&self, sql: &str, params: &[Cell]) -> Result<()> {
        self.execute(sql, params).map(drop)
    }

    /// Runs a statement that has nothing to do with rows that were appended; gives the number of rows it changed.
    #[doc(hidden)]
    fn change(&self, sql: &str, params: &[Cell]) -> Result<u64> {
        self.execute(sql, params)
    }

    /// Runs the body in a transaction: all of it is kept if it succeeds, nothing if it fails. May be nested.
    fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()>;

    /// Runs the body so that statements that write fail.
    fn read_only(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()>;

    /// What the object remembers of it. That is the runtime's own; a host has nothing to say to it.
    #[doc(hidden)]
    fn memory(&self) -> Option<&Memory> {
        None
    }
}

/// Clock, entropy and alarm of one object.
pub trait Env {
    /// The time, in microseconds precision.
    fn now(&self) -> DateTime<Utc>;

    /// A random number.
    fn random(&self) -> u128;

    /// Called inside the turn, before its transaction commits: the object wants to be woken at `at`; `busy` says
    /// that work is under way, so that after a crash it must be woken at once. A host that forgets this after the
    /// commit breaks the promise that alarms survive.
    fn arm(&self, at: Option<DateTime<Utc>>, busy: bool) -> Result<()>;
}

/// Reaches objects.
pub trait Peers {
    /// Hands a request to an object, which is woken or made if need be, and gives its answer.
    fn call(&self, to: ObjectKey, request: Request) -> impl Future<Output = Result<Answer>>;
}

/// Tells the host whose code is being run. Only where panics cannot be caught does that matter.
#[cfg(target_arch = "wasm32")]
pub(crate) use cloudflare::doing;
/// Tells the host whose code is being run: this one catches panics.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const fn doing(_action: Option<&str>) {}

#[cfg(target_arch = "wasm32")]
pub(crate) use cloudflare::{fetch, variable};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::fetch;

/// A variable of the environment.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Asks an object, and follows a chain of calls to its end.
pub async fn ask<P: Peers>(peers: &P, to: ObjectKey, request: Request) -> Result<Json> {
    let (mut to, mut request) = (to, request);
    // A chain is finite: each hop performs at least one operation of it.
    loop {
        let (id, actor) = (request.id.clone(), request.actor.clone());
        match peers.call(to, request).await? {
            Answer::Done(value) => return Ok(value),
            Answer::Onward { to: next, ops } => {
                let id = id.map(|id| format!("{id}/{}", ops.len()));
                (to, request) = (next, Request { id, actor, ops });
            }
        }
    }
}

/// Asks the object that an operation belongs to.
pub async fn ask_home<P: Peers>(
    peers: &P,
    app: &App,
    tenant: &str,
    actor: &str,
    op: Op,
) -> Result<Json> {
    let to = app.home(tenant, &op)?;
    if op.subject().is_some_and(|(_, id)| id.is_empty()) {
        return Err(Error::invalid("the id is empty"));
    }
    ask(peers, to, Request::new(actor, op)).await
}

#[cfg(not(target_arch = "wasm32"))]
/// The request that an effect is when it is run from outside, and whom it is for. A call with a key takes effect once.
#[doc(hidden)]
pub fn request_of<E: Effect>(
    app: &App,
    tenant: &str,
    effect: E,
    new_id: impl FnOnce() -> String,
) -> Result<(ObjectKey, Request)> {
    let key = effect.options().key;
    let mut ops = match effect.into_deed() {
        Deed::Call(ops) => ops,
        Deed::Find(spec) => vec![Op::Find(spec)],
        Deed::Count(spec) => vec![Op::Count(spec)],
        _ => {
            return Err(Error::invalid(
                "from outside, only calls and questions can be run; a step or flow is run by a flow, or sent by a verb",
            ));
        }
    };
    if let Some(Op::Create { noun, id, .. }) = ops.first_mut()
        && id.is_none()
        && app.is_object(noun)
    {
        *id = Some(new_id());
    }
    let first = ops
        .first()
        .ok_or_else(|| Error::internal("a call without an operation"))?;
    let to = app.home(tenant, first)?;
    let request = Request {
        id: key.map(|key| format!("run/{key}")),
        actor: "host".to_owned(),
        ops,
    };
    Ok((to, request))
}
