use std::marker::PhantomData;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::effect::{Effect, Named, Options};
use crate::id::{AnyNoun, Id};
use crate::journal::{Act, Durability, Journaled, Run};
use crate::json::Json;
use crate::noun::{EventKey, Noun};
use crate::value::Value;

/// What a flow holds. Everything it does goes through here and is journaled, so that after a crash it goes on where
/// it was.
///
/// `Flow<Order>` inside `impl Order` knows its own order.
pub struct Flow<N = AnyNoun> {
    run: Run,
    noun: PhantomData<fn() -> N>,
}

impl<N> Clone for Flow<N> {
    fn clone(&self) -> Self {
        Self {
            run: self.run.clone(),
            noun: PhantomData,
        }
    }
}

impl<N> std::fmt::Debug for Flow<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Flow({} in {})", self.run.id(), self.run.object())
    }
}

impl<N> Flow<N> {
    pub(crate) fn new(run: Run) -> Self {
        Self {
            run,
            noun: PhantomData,
        }
    }

    /// The id of this run. It stays the same over restarts.
    pub fn run_id(&self) -> &str {
        self.run.id()
    }

    /// The tenant.
    pub fn tenant(&self) -> &str {
        &self.run.object().tenant
    }

    /// Performs an effect: journaled, retried with back-off, kept over crashes.
    pub fn run<E: Effect>(&self, effect: E) -> Journaled<E::Output> {
        let options = effect.options();
        self.run
            .ask(Act::Deed(effect.into_deed()), options, Durability::Run)
    }

    /// Performs an effect with one attempt: `cx.attempt(ask_the_oracle()).within(secs(5)).await`.
    pub fn attempt<E: Effect>(&self, effect: E) -> Journaled<E::Output> {
        let options = effect.options();
        self.run
            .ask(Act::Deed(effect.into_deed()), options, Durability::Attempt)
    }

    /// Accepts an effect with the next commit; it is retried by its policy and not awaited.
    pub fn send<E: Effect>(&self, effect: E) {
        let options = effect.options();
        self.run.send(effect.into_deed(), options);
    }

    /// [`run`](Self::run) for a step or flow whose name is known only now.
    pub fn run_named(&self, name: &str, args: &impl serde::Serialize) -> Journaled<Json> {
        self.run(Named {
            name: name.to_owned(),
            args: Json::of(args),
        })
    }

    /// [`send`](Self::send) for a step or flow whose name is known only now.
    pub fn send_named(&self, name: &str, args: &impl serde::Serialize) {
        self.send(Named {
            name: name.to_owned(),
            args: Json::of(args),
        });
    }

    /// Pauses. A sleeping flow is a row: it survives restarts.
    pub fn sleep(&self, duration: Duration) -> Journaled<()> {
        self.run
            .ask(Act::Sleep(duration), Options::default(), Durability::Run)
    }

    /// Pauses until an instant.
    pub fn until(&self, instant: DateTime<Utc>) -> Journaled<()> {
        self.run
            .ask(Act::Until(instant), Options::default(), Durability::Run)
    }

    /// The time, the same again when the flow is replayed.
    pub fn now(&self) -> Journaled<DateTime<Utc>> {
        self.run.ask(Act::Now, Options::default(), Durability::Run)
    }

    /// A random number, the same again when the flow is replayed.
    pub fn random(&self) -> Journaled<u64> {
        self.run
            .ask(Act::Random, Options::default(), Durability::Run)
    }

    /// Emits an event about a thing.
    pub fn emit<M: Noun, P: Value>(
        &self,
        key: EventKey<M, P>,
        subject: impl Into<Id<M>>,
        payload: &P,
    ) -> Journaled<()> {
        let act = Act::Emit {
            noun: key.noun(),
            verb: key.verb(),
            subject: subject.into().as_str().to_owned(),
            data: Json::of(payload),
        };
        self.run.ask(act, Options::default(), Durability::Run)
    }
}

impl<N: Noun> Flow<N> {
    /// The id of the thing whose object this is.
    pub fn id(&self) -> Id<N> {
        Id::trusted(self.run.this().to_owned())
    }

    /// Calls to the thing whose object this is.
    pub fn this(&self) -> N::Stub {
        N::stub(self.id())
    }
}
