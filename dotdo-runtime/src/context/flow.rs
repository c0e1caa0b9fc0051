use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::business::{Item, Listed};
use crate::effect::{Effect, Named, Options};
use crate::error::Result;
use crate::id::{AnyNoun, Id};
use crate::journal::{Act, Arms, Branch, Durability, Journaled, Run, Together, WaitFor};
use crate::json::Json;
use crate::noun::{EventKey, Noun};
use crate::stub::Stub;
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
        self.perform(effect, Durability::Run)
    }

    fn perform<E: Effect>(&self, mut effect: E, durability: Durability) -> Journaled<E::Output> {
        let (options, undoer) = (effect.options(), effect.take_undoer());
        let act = Act::Deed(effect.into_deed());
        self.run.ask_undoably(act, options, durability, undoer)
    }

    /// Does several things at once and waits for all of them: a tuple, an array or a `Vec` of effects and of
    /// [branches](Self::branch). The first that fails is the result; the others are then given up.
    ///
    /// ```ignore
    /// let (receipt, parcel) = cx.all((charge(order), pack(order))).await?;
    /// ```
    pub fn all<A: Arms<N>>(&self, arms: A) -> Together<A::All> {
        Together::all(&self.run, arms)
    }

    /// Does several things at once until one of them is done, well or not. The others are given up: what they wait for
    /// is cancelled, what they did is undone where they said how.
    ///
    /// ```ignore
    /// match cx.race((ask_first_shop(item), ask_second_shop(item))).await? {
    ///     OneOf2::First(offer) => ..,
    ///     OneOf2::Second(offer) => ..,
    /// }
    /// ```
    pub fn race<A: Arms<N>>(&self, arms: A) -> Together<A::One> {
        Together::race(&self.run, arms)
    }

    /// A part of the flow that goes on beside others in [`all`](Self::all) or [`race`](Self::race). It gets a `Flow` of
    /// its own, and uses no other.
    ///
    /// ```ignore
    /// cx.race((ask_supplier(item), cx.branch(|cx| async move { cx.sleep(hours(2)).await }))).await?
    /// ```
    pub fn branch<F, Fut, T>(&self, branch: F) -> Branch<N, T>
    where
        F: FnOnce(Self) -> Fut + 'static,
        Fut: Future<Output = Result<T>> + 'static,
    {
        Branch::new(branch)
    }

    /// Whether this run was begun by this version of the function, or a later one. Runs that are under way when the
    /// function changes go on as they began: `if cx.since(2) { new way } else { old way }`.
    pub fn since(&self, version: u32) -> bool {
        self.run.version() >= version
    }

    /// Passes over what the journal holds of a step or flow that the code no longer runs here:
    /// `cx.removed::<charge>()`.
    pub fn removed<T: Listed>(&self) {
        match T::ITEM {
            Item::Step(def) => self.run.removed(def.name),
            Item::Flow(def) => self.run.removed(def.name),
            // Nouns and parts are in no journal.
            Item::Noun(_) | Item::Part(_) => {}
        }
    }

    /// [`removed`](Self::removed) for a function that is gone: by the name that the journal has.
    pub fn removed_named(&self, name: &str) {
        self.run.removed(name);
    }

    /// Performs an effect with one attempt: `cx.attempt(ask_the_oracle()).within(secs(5)).await`.
    pub fn attempt<E: Effect>(&self, effect: E) -> Journaled<E::Output> {
        self.perform(effect, Durability::Attempt)
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

    /// Waits for an event: `cx.wait_for(Order::paid).of(&order).within(days(14)).await?`.
    ///
    /// What has happened since the flow began counts, unless [`from_now`](WaitFor::from_now) says otherwise, and each
    /// event is taken once. While it waits, the flow is a row. With [`within`](WaitFor::within) the time-out is a variant
    /// of what comes of it.
    pub fn wait_for<M: Noun, P: Value>(&self, key: EventKey<M, P>) -> WaitFor<M, P> {
        WaitFor::new(self.run.clone(), key)
    }

    pub(crate) fn run_of(&self) -> Run {
        self.run.clone()
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
    pub fn this(&self) -> Stub<N> {
        N::stub(self.id())
    }
}
