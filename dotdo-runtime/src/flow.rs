//! Flows as constants: what `#[on]`, `#[every]` and `#[durable]` functions that take a `Flow` become.

use std::future::Future;

use chrono_tz::Tz;
use dotdo_core::schedule::Schedule;
use serde::de::DeserializeOwned;

use crate::context::Flow;
use crate::effect::{LocalFuture, Policy};
use crate::error::{Error, Result};
use crate::event::{AllEvents, AnyEvent, Event};
use crate::id::Id;
use crate::journal::Run;
use crate::json::Json;
use crate::noun::{EventKey, Noun, Pattern};
use crate::value::{Member, Shape, Value};

/// A journaled function, as constants.
#[derive(Debug)]
pub struct FlowDef {
    /// The name of the function (`fulfil`, or `Order::fulfil` inside `impl Order`); it is stored in journals.
    pub name: &'static str,
    /// The version of its meaning.
    pub version: u32,
    /// The noun whose `impl` it stands in.
    pub noun: Option<&'static str>,
    /// How it is tried again when it fails by itself, and its time limit.
    pub policy: Policy,
    /// What starts it.
    pub trigger: Trigger,
    /// The arguments by name, where it is called by name.
    pub args: &'static [Member],
    /// The shape of what it returns.
    pub output: Shape,
    /// Its documentation.
    pub doc: &'static str,
    /// Where it stands.
    pub at: (&'static str, u32),
    /// Makes its future.
    #[doc(hidden)]
    pub start: fn(Run, Json) -> LocalFuture<Result<Json>>,
}

/// What starts a flow.
#[derive(Debug)]
pub enum Trigger {
    /// Only a call.
    Call,
    /// An event.
    On(Route),
    /// A schedule.
    Every(Timetable),
}

/// Which events start a flow, and where.
#[derive(Debug)]
pub struct Route {
    /// Which events.
    pub pattern: Pattern,
    /// Handlers of higher priority start first.
    pub priority: i32,
    /// Events for which this is false are passed over.
    #[doc(hidden)]
    pub filter: Option<fn(&Json) -> Result<bool>>,
    /// Which instance handles it, if it is not the object that emitted.
    #[doc(hidden)]
    pub to: Option<fn(&Json) -> Result<String>>,
}

/// When a flow starts.
#[derive(Debug)]
pub struct Timetable {
    /// The phrase.
    pub phrase: &'static str,
    /// The time zone.
    pub zone: &'static str,
    /// What is done about runs that were missed while nothing ran.
    pub missed: Missed,
    /// [`read_timetable`]. It stands here so that a business without schedules is built without the code that reads
    /// them, which is as large as all of its tables.
    #[doc(hidden)]
    pub read: fn(&Self) -> Result<(Schedule, Tz)>,
}

/// Reads the phrase and the zone.
#[doc(hidden)]
pub fn read_timetable(table: &Timetable) -> Result<(Schedule, Tz)> {
    let schedule = Schedule::parse(table.phrase).map_err(Error::internal)?;
    let zone = table
        .zone
        .parse()
        .map_err(|_| Error::internal(format_args!("unknown time zone `{}`", table.zone)))?;
    Ok((schedule, zone))
}

/// What is done about scheduled runs that were missed while nothing ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// One run makes up for all of them. The default.
    Once,
    /// Each of them is made up for (at most the last 1000).
    All,
    /// They are left out.
    Skip,
}

impl Missed {
    /// The word in the attribute.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::All => "all",
            Self::Skip => "skip",
        }
    }
}

// Generated code calls the `run_…` functions below; each knows one form of a handler's arguments. The key or
// pattern comes first, so that a wrong event type is reported at the handler's own argument.

fn finish<R: Value, Fut: Future<Output = Result<R>> + 'static>(
    future: Fut,
) -> LocalFuture<Result<Json>> {
    Box::pin(async move { Json::of(&future.await?) })
}

fn refuse(error: crate::Error) -> LocalFuture<Result<Json>> {
    Box::pin(std::future::ready(Err(error.exhausted())))
}

#[doc(hidden)]
pub fn run_on<C, N, P, E, Fut>(
    _key: EventKey<N, P>,
    run: Run,
    event: &Json,
    of: impl FnOnce(Event<N, P>) -> E,
    handler: impl FnOnce(Flow<C>, E) -> Fut,
) -> LocalFuture<Result<Json>>
where
    N: Noun,
    P: Value,
    Fut: Future<Output = Result<()>> + 'static,
{
    Event::read(event).map_or_else(refuse, |event| finish(handler(Flow::new(run), of(event))))
}

#[doc(hidden)]
pub fn run_on_all<C, E, Fut>(
    run: Run,
    event: &Json,
    read: impl FnOnce(&Json) -> Result<E>,
    handler: impl FnOnce(Flow<C>, E) -> Fut,
) -> LocalFuture<Result<Json>>
where
    Fut: Future<Output = Result<()>> + 'static,
{
    read(event).map_or_else(refuse, |event| finish(handler(Flow::new(run), event)))
}

#[doc(hidden)]
pub fn run_on_any<C, Fut>(
    run: Run,
    event: &Json,
    handler: impl FnOnce(Flow<C>, AnyEvent) -> Fut,
) -> LocalFuture<Result<Json>>
where
    Fut: Future<Output = Result<()>> + 'static,
{
    event.read().map_or_else(refuse, |event| {
        finish(handler(Flow::new(run), AnyEvent(event)))
    })
}

#[doc(hidden)]
pub fn run_every<C, Fut>(
    run: Run,
    handler: impl FnOnce(Flow<C>) -> Fut,
) -> LocalFuture<Result<Json>>
where
    Fut: Future<Output = Result<()>> + 'static,
{
    finish(handler(Flow::new(run)))
}

#[doc(hidden)]
pub fn run_flow<C, A, R, Fut>(
    run: Run,
    args: &Json,
    body: impl FnOnce(Flow<C>, A) -> Fut,
) -> LocalFuture<Result<Json>>
where
    A: DeserializeOwned,
    R: Value,
    Fut: Future<Output = Result<R>> + 'static,
{
    args.read()
        .map_or_else(refuse, |args| finish(body(Flow::new(run), args)))
}

#[doc(hidden)]
pub fn filter_on<N: Noun, P: Value>(
    _key: EventKey<N, P>,
    event: &Json,
    filter: impl FnOnce(&Event<N, P>) -> bool,
) -> Result<bool> {
    Ok(filter(&Event::read(event)?))
}

#[doc(hidden)]
pub fn filter_on_all<N, E: AllEvents<N>>(
    event: &Json,
    filter: impl FnOnce(&E) -> bool,
) -> Result<bool> {
    Ok(filter(&E::read(event)?))
}

#[doc(hidden)]
pub fn filter_on_any(event: &Json, filter: impl FnOnce(&AnyEvent) -> bool) -> Result<bool> {
    Ok(filter(&AnyEvent(event.read()?)))
}

#[doc(hidden)]
pub fn to_on<N: Noun, P: Value, T: Noun, I: Into<Id<T>>>(
    _key: EventKey<N, P>,
    event: &Json,
    to: impl FnOnce(&Event<N, P>) -> I,
) -> Result<String> {
    Ok(to(&Event::read(event)?).into().as_str().to_owned())
}

#[doc(hidden)]
pub fn to_on_all<N, E: AllEvents<N>, T: Noun, I: Into<Id<T>>>(
    event: &Json,
    to: impl FnOnce(&E) -> I,
) -> Result<String> {
    Ok(to(&E::read(event)?).into().as_str().to_owned())
}

#[doc(hidden)]
pub fn to_on_any<T: Noun, I: Into<Id<T>>>(
    event: &Json,
    to: impl FnOnce(&AnyEvent) -> I,
) -> Result<String> {
    Ok(to(&AnyEvent(event.read()?)).into().as_str().to_owned())
}
