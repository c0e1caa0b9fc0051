//! Descriptions of work. Calling `charge(..)`, `Order::stub(id).pay(..)` or `Customer::find(..)` gives a value; a
//! context performs it.

use std::cell::RefCell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

pub use dotdo_core::breaker::Breaker;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::error::{Error, Result};
use crate::flow::FlowDef;
use crate::journal::Undoer;
use crate::json::Json;
use crate::query::FindSpec;
use crate::stub::Op;
use crate::value::{Member, Shape, Value};

/// Something a context can perform: a durable step, a call, a question, a child flow.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be journaled",
    label = "not a durable step, a stub call, a query or a flow",
    note = "put the work in a function of its own and mark it `#[durable]`; then write `cx.run(that_function(..)).await?`"
)]
pub trait Effect: Sized {
    /// What it gives when it is done.
    type Output: Value;
    #[doc(hidden)]
    fn into_deed(self) -> Deed;
    #[doc(hidden)]
    fn options(&self) -> Options {
        Options::default()
    }
    #[doc(hidden)]
    fn take_undoer(&mut self) -> Option<Undoer> {
        None
    }
}

/// The modifiers of an effect.
pub trait EffectExt: Effect {
    /// The key by which the other side can tell a repetition: the same key takes effect once.
    fn key(self, key: impl Into<String>) -> With<Self> {
        let mut options = self.options();
        options.key = Some(key.into());
        With {
            effect: self,
            options,
        }
    }

    /// At most so many attempts after the first.
    fn retry(self, times: u32) -> With<Self> {
        let mut options = self.options();
        options.retry = Some(times);
        With {
            effect: self,
            options,
        }
    }

    /// What a step is aimed at: steps with the same target share a [breaker](Policy::breaker). Without one, a step has
    /// a breaker of its own.
    fn target(self, name: impl Into<String>) -> With<Self> {
        let mut options = self.options();
        options.target = Some(name.into());
        With {
            effect: self,
            options,
        }
    }

    /// How it is undone if the flow fails for good later: with what this makes of its result. See
    /// [`Undoable`].
    fn undo<U: Effect>(self, undo: impl FnOnce(Self::Output) -> U + 'static) -> Undoable<Self> {
        let undoer = move |result: &Json| {
            let undo = undo(result.read()?);
            let options = undo.options();
            Ok((undo.into_deed(), options))
        };
        Undoable {
            effect: self,
            undoer: Some(Box::new(undoer)),
        }
    }

    /// The time limit of each attempt.
    fn within(self, limit: Duration) -> With<Self> {
        let mut options = self.options();
        options.within = Some(limit);
        With {
            effect: self,
            options,
        }
    }
}

impl<E: Effect> EffectExt for E {}

/// An effect with modifiers.
#[must_use = "an effect does nothing until a context runs it: `cx.run(..).await?` or `cx.send(..)`"]
#[derive(Clone, Debug)]
pub struct With<E> {
    effect: E,
    options: Options,
}

impl<E: Effect> Effect for With<E> {
    type Output = E::Output;
    fn into_deed(self) -> Deed {
        self.effect.into_deed()
    }
    fn options(&self) -> Options {
        self.options.clone()
    }
    fn take_undoer(&mut self) -> Option<Undoer> {
        self.effect.take_undoer()
    }
}

/// An effect that can be undone: `cx.run(charge(..).undo(refund)).await?`.
///
/// When the flow fails for good, by an error, by its time limit or because it is cancelled, what it has done and said
/// how to undo is undone, the last first. Each undoing is a durable effect of its own, and one that fails for good is
/// a dead letter, while the others still run.
#[must_use = "an effect does nothing until a context runs it: `cx.run(..).await?`"]
pub struct Undoable<E> {
    effect: E,
    undoer: Option<Undoer>,
}

impl<E: std::fmt::Debug> std::fmt::Debug for Undoable<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Undoable").field(&self.effect).finish()
    }
}

#[diagnostic::do_not_recommend]
impl<E: Effect> Effect for Undoable<E> {
    type Output = E::Output;
    fn into_deed(self) -> Deed {
        self.effect.into_deed()
    }
    fn options(&self) -> Options {
        Options {
            undo: true,
            ..self.effect.options()
        }
    }
    fn take_undoer(&mut self) -> Option<Undoer> {
        self.undoer.take()
    }
}

#[doc(hidden)]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Options {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Duration>,
    /// Whether it can be undone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undo: bool,
    /// What it is aimed at: the name of its breaker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Whether its breaker was open when it was to begin.
    #[serde(default, rename = "putOff", skip_serializing_if = "std::ops::Not::not")]
    pub put_off: bool,
    /// Whether the branch that asked for it was given up: it is undone as soon as it is done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub abandoned: bool,
    /// Whether it was ended from outside: it has not failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancelled: bool,
}

/// What an effect is once its types are gone.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub enum Deed {
    Step(&'static StepDef, Result<Json>),
    Flow(&'static FlowDef, Result<Json>),
    Call(Vec<Op>),
    Find(FindSpec),
    Count(FindSpec),
    Named(String, Result<Json>),
    Ask(Box<crate::people::AskSpec>),
}

/// How often and when a durable function is tried again.
///
/// The delay before attempt *n* + 1 is `initial · factor^(n-1)`, at most `cap`; jitter adds up to a quarter of it,
/// so that many who failed together do not return together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Attempts after the first.
    pub retry: u32,
    /// The first delay.
    pub initial: Duration,
    /// The longest delay.
    pub cap: Duration,
    /// By how much each delay is longer than the one before.
    pub factor: f64,
    /// Whether delays are made uneven.
    pub jitter: bool,
    /// The time limit: of each attempt for a step, of the whole for a flow.
    pub timeout: Option<Duration>,
    /// When its target is left alone: for a step only.
    pub breaker: Option<Breaker>,
}

impl Policy {
    /// Three attempts, 100 ms doubling up to 30 s, with jitter, no time limit.
    pub const DEFAULT: Self = Self {
        retry: 2,
        initial: Duration::from_millis(100),
        cap: Duration::from_secs(30),
        factor: 2.0,
        jitter: true,
        timeout: None,
        breaker: None,
    };

    /// The delay after the failure of attempt `attempt` (counted from 1), given a random number.
    ///
    /// ```
    /// use dotdo_runtime::Policy;
    /// use std::time::Duration;
    /// let policy = Policy { jitter: false, ..Policy::DEFAULT };
    /// assert_eq!(policy.delay(1, 0), Duration::from_millis(100));
    /// assert_eq!(policy.delay(3, 0), Duration::from_millis(400));
    /// assert_eq!(policy.delay(99, 0), Duration::from_secs(30));
    /// ```
    pub fn delay(&self, attempt: u32, random: u64) -> Duration {
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds =
            (self.initial.as_secs_f64() * self.factor.powi(exponent)).min(self.cap.as_secs_f64());
        #[allow(
            clippy::cast_precision_loss,
            reason = "a random number loses nothing by being rounded"
        )]
        let spread = if self.jitter {
            1.0 + 0.25 * (random as f64 / u64::MAX as f64)
        } else {
            1.0
        };
        Duration::from_secs_f64((seconds * spread).max(0.0))
    }
}

/// A future that stays on its thread.
#[doc(hidden)]
pub type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// A `#[durable]` function without a `Flow`: a leaf step, as constants.
#[derive(Debug)]
pub struct StepDef {
    /// The name of the function; it is stored in journals.
    pub name: &'static str,
    /// The version of its meaning.
    pub version: u32,
    /// How it is retried.
    pub policy: Policy,
    /// Its arguments by name.
    pub args: &'static [Member],
    /// The shape of what it returns.
    pub output: Shape,
    /// Its documentation.
    pub doc: &'static str,
    /// Where it stands.
    pub at: (&'static str, u32),
    /// Runs one attempt.
    #[doc(hidden)]
    pub run: fn(Json) -> LocalFuture<Result<Json>>,
}

/// A `#[durable]` step that returns an `R`, as the type that shares its name. Its fields are the step's arguments.
///
/// A test puts something in its place: `sim.mock::<charge>().with(|charge { cents, .. }| Ok(cents))`.
#[diagnostic::on_unimplemented(
    message = "the step `{Self}` does not return a `{R}`",
    label = "this returns something else than the step does"
)]
pub trait StepFn<R>: crate::business::Listed + DeserializeOwned + 'static {}

/// A call of a `#[durable]` function: a description of a step.
#[must_use = "a step does nothing until a context runs it: `cx.run(..).await?` or `cx.send(..)`"]
#[derive(Clone, Debug)]
pub struct Step<R> {
    def: &'static StepDef,
    args: Result<Json>,
    output: PhantomData<fn() -> R>,
}

impl<R> Step<R> {
    #[doc(hidden)]
    pub fn new(def: &'static StepDef, args: &impl Serialize) -> Self {
        Self {
            def,
            args: Json::of(args),
            output: PhantomData,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<R: Value> Effect for Step<R> {
    type Output = R;
    fn into_deed(self) -> Deed {
        Deed::Step(self.def, self.args)
    }
}

/// A call of a `#[durable]` function that takes a `Flow`: a description of a child flow.
#[must_use = "a flow does nothing until a context runs it: `cx.run(..).await?` or `cx.send(..)`"]
#[derive(Clone, Debug)]
pub struct Child<R> {
    def: &'static FlowDef,
    args: Result<Json>,
    output: PhantomData<fn() -> R>,
}

impl<R> Child<R> {
    #[doc(hidden)]
    pub fn new(def: &'static FlowDef, args: &impl Serialize) -> Self {
        Self {
            def,
            args: Json::of(args),
            output: PhantomData,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<R: Value> Effect for Child<R> {
    type Output = R;
    fn into_deed(self) -> Deed {
        Deed::Flow(self.def, self.args)
    }
}

/// A step or flow by its name, for callers who learn it only when running.
#[doc(hidden)]
pub struct Named {
    pub name: String,
    pub args: Result<Json>,
}

#[diagnostic::do_not_recommend]
impl Effect for Named {
    type Output = Json;
    fn into_deed(self) -> Deed {
        Deed::Named(self.name, self.args)
    }
}

/// Runs a step: decodes its arguments, calls the user's function, encodes the result.
#[doc(hidden)]
pub fn run_step<A, R, F, Fut>(args: &Json, body: F) -> LocalFuture<Result<Json>>
where
    A: DeserializeOwned,
    R: Value,
    F: FnOnce(A) -> Fut,
    Fut: Future<Output = Result<R>> + 'static,
{
    match args.read::<A>() {
        Err(e) => Box::pin(std::future::ready(Err(e.exhausted()))),
        Ok(args) => {
            let future = body(args);
            Box::pin(async move { Json::of(&future.await?) })
        }
    }
}

thread_local! {
    static STEP: RefCell<Option<StepKey>> = const { RefCell::new(None) };
}

/// The name by which the outside can tell that a step is being repeated: give it to the other side as its
/// idempotency key.
///
/// All attempts of one step have one key, and no two steps of any run share it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepKey(String);

impl StepKey {
    #[doc(hidden)]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key of the step that is being run.
    ///
    /// # Panics
    ///
    /// Outside a `#[durable]` function, where there is none.
    pub fn current() -> Self {
        Self::try_current()
            .expect("`StepKey::current()` is for the body of a `#[durable]` function")
    }

    /// The key of the step that is being run, if one is.
    pub fn try_current() -> Option<Self> {
        STEP.with_borrow(Clone::clone)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for StepKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A step's future that knows its key whenever it is polled, and whose panics are errors.
pub(crate) struct Keyed {
    key: StepKey,
    future: LocalFuture<Result<Json>>,
}

impl Keyed {
    pub(crate) fn new(key: StepKey, start: impl FnOnce() -> LocalFuture<Result<Json>>) -> Self {
        STEP.with_borrow_mut(|current| *current = Some(key.clone()));
        let future = guarded(start).unwrap_or_else(|e| Box::pin(std::future::ready(Err(e))));
        STEP.with_borrow_mut(|current| *current = None);
        Self { key, future }
    }
}

impl Future for Keyed {
    type Output = Result<Json>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        STEP.with_borrow_mut(|current| *current = Some(self.key.clone()));
        let polled = guarded(|| self.future.as_mut().poll(cx));
        STEP.with_borrow_mut(|current| *current = None);
        polled.unwrap_or_else(|panic| Poll::Ready(Err(panic)))
    }
}

/// Calls user code on behalf of an action. Where panics cannot be caught, the host hears whose code it is, so that it can
/// say later what the panic stopped.
pub(crate) fn guarded_for<T>(action: &str, body: impl FnOnce() -> T) -> Result<T> {
    crate::host::doing(Some(action));
    let done = guarded(body);
    crate::host::doing(None);
    done
}

/// Calls user code; a panic becomes an error of the kind `Internal`.
pub(crate) fn guarded<T>(body: impl FnOnce() -> T) -> Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).map_err(|payload| {
        let text = payload
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Error::internal(format_args!("the code panicked: {text}"))
    })
}
