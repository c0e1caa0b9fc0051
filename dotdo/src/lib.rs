//! Business-as-Code: describe a business in plain Rust, and it runs.
//!
//! Nouns are structs, verbs are methods, reactions are functions. The macros turn them into tables, routes and stubs;
//! a small runtime executes them, embedded in one binary with one directory of `SQLite` files.
//!
//! ```
//! use dotdo::prelude::*;
//!
//! #[noun]
//! pub struct Customer {
//!     #[unique]
//!     pub email: String,
//!     pub name: String,
//! }
//!
//! #[on(Customer::created)]
//! async fn welcome(cx: Flow, event: Event<Customer>) -> Result<()> {
//!     cx.run(send_mail(event.data.email.clone(), "Welcome!".into())).await
//! }
//!
//! #[durable(retry = 3)]
//! async fn send_mail(to: String, text: String) -> Result<()> {
//!     println!("to {to}: {text}");
//!     Ok(())
//! }
//!
//! dotdo::app! { pub Crm { Customer, welcome, send_mail } }
//! # fn main() {}
//! ```
//!
//! The guide is in the repository's `docs/`: begin with `getting-started.md`.

/// Lists what a business consists of: nouns, handlers, schedules, steps, flows and parts.
///
/// `app! { domain: "shop.example", pub Shop { Customer, welcome } }` makes the type `Shop`, with the business as constants
/// (`Shop::DEF`) and as a program (`Shop::main()`). While compiling it proves that no names or tables collide and that
/// every handler can be reached.
///
/// ```
/// use dotdo::prelude::*;
///
/// #[noun]
/// pub struct Customer {
///     pub email: String,
/// }
///
/// dotdo::app! {
///     domain: "shop.example",
///     /// A small shop.
///     pub Shop { Customer }
/// }
/// # fn main() { assert_eq!(Shop::DEF.domain, Some("shop.example")); }
/// ```
#[doc(inline)]
pub use dotdo_macros::app;

/// Makes a function durable: a step, or, if it takes a [`Flow`], a flow.
///
/// A **step** talks to the world outside, and is tried again when it fails. A **flow** says what happens in which order;
/// what it ran is remembered, and after a crash it goes on where it was. Calling either gives a description, which
/// `cx.run(..)` performs.
///
/// Options: `retry = 2`, `backoff = "100ms..30s"`, `factor = 2.0`, `jitter = true` (these are the defaults), `timeout = "20s"`,
/// `breaker = "5 in 1m, 30s"`, `name = "…"`, `version = 2`.
///
/// ```
/// use dotdo::prelude::*;
///
/// #[durable(retry = 3, backoff = "1s..30s", timeout = "20s")]
/// async fn charge(cents: i64) -> Result<String> {
///     Ok(format!("{cents} cents, key {}", StepKey::current()))
/// }
///
/// #[durable]
/// async fn charge_twice(cx: Flow, cents: i64) -> Result<()> {
///     cx.run(charge(cents)).await?;
///     cx.sleep(weeks(4)).await?;
///     cx.run(charge(cents)).await?;
///     Ok(())
/// }
/// # fn main() {}
/// ```
#[doc(inline)]
pub use dotdo_macros::durable;

/// Runs a function by the clock: English or cron, read while compiling.
///
/// Options: `tz = "Europe/Berlin"` (default `UTC`), `missed = "once"` (the default), `"all"` or `"skip"`.
///
/// ```
/// use dotdo::prelude::*;
///
/// #[every("Monday 9am", tz = "Europe/Berlin", missed = "once")]
/// async fn weekly_report(cx: Flow) -> Result<()> {
///     println!("it is {}", cx.now().await?);
///     Ok(())
/// }
/// # fn main() {}
/// ```
#[doc(inline)]
pub use dotdo_macros::every;

/// Makes a struct a form: what a person fills in when a flow asks.
///
/// One type gives the labels and the JSON Schema for a web form or a model, and the typed, validated answer. The doc
/// comments are the labels. Attributes of fields: `#[default(..)]`, `#[range(..)]` for numbers, `#[length(..)]` for texts
/// and lists, `#[check(|value| .., "what would be right")]`; a `#[check]` above the struct is about the whole answer.
/// Option: `title = "…"`.
///
/// ```
/// use dotdo::prelude::*;
///
/// /// What the reviewer fills in.
/// #[form]
/// #[check(|review| review.release || review.note.is_some(), "say why it is held back")]
/// pub struct Review {
///     /// Release this order?
///     pub release: bool,
///     /// Anything that somebody should know.
///     #[length(1..=500)]
///     pub note: Option<String>,
/// }
///
/// #[durable]
/// async fn released(cx: Flow, order: String) -> Result<bool> {
///     let asked = Human::role("risk").ask::<Review>(format!("Release order {order}?")).within(days(2));
///     Ok(match cx.run(asked).await? {
///         Answer::Given(review) => review.release,
///         Answer::TimedOut => false,
///     })
/// }
/// # fn main() {}
/// ```
#[doc(inline)]
pub use dotdo_macros::form;

/// Makes a struct a noun: a table, a typed id, a JSON form, events, a stub, typed questions and a REST resource.
///
/// Options: `object`, `plural = "…"`, `table = "…"`, `visibility = "…"`, `kind = "…"`, `history = none`, `dropped("…")`. Attributes of
/// fields: `#[unique]`, `#[index]`, `#[search]`, `#[default(..)]`, `#[was("..")]`, `#[dropped("..")]`, `#[migrate(..)]`,
/// `#[check("..")]`, `#[range(..)]`, `#[secret]`,
/// `#[backref(..)]`.
///
/// ```
/// use dotdo::prelude::*;
///
/// #[noun]
/// pub struct Customer {
///     #[unique]
///     pub email: String,
///     #[default(0)]
///     pub points: i64,
/// }
/// # fn main() { assert_eq!(Customer::created.verb(), "created"); }
/// ```
#[doc(inline)]
pub use dotdo_macros::noun;

/// Starts a function when something has happened: `Order::paid`, `Order::*`, `*::created`, `*::*`.
///
/// Options: `priority = 10` (or `"high"`, `"normal"`, `"low"`), `filter = |event| …`, `to = |event| …`, `timeout = "…"`.
///
/// ```
/// use dotdo::prelude::*;
///
/// #[noun]
/// pub struct Customer {
///     pub email: String,
/// }
///
/// #[on(Customer::created)]
/// async fn welcome(_cx: Flow, event: Event<Customer>) -> Result<()> {
///     println!("welcome, {}", event.data.email);
///     Ok(())
/// }
/// # fn main() {}
/// ```
#[doc(inline)]
pub use dotdo_macros::on;

/// A list like that of [`app!`], for other lists: how a library offers a piece of business.
///
/// ```
/// use dotdo::prelude::*;
///
/// #[durable]
/// async fn send_mail(to: String) -> Result<()> {
///     println!("to {to}");
///     Ok(())
/// }
///
/// dotdo::part! { pub Mail { send_mail } }
/// dotdo::app! { pub Office { Mail } }
/// # fn main() {}
/// ```
#[doc(inline)]
pub use dotdo_macros::part;

/// Inside [`verbs`]: a method that only reads, `fn name(&self, cx: &View, …) -> Result<T>`.
#[doc(inline)]
pub use dotdo_macros::query;

/// Inside [`verbs`]: a method that changes the noun in one transaction and emits an event,
/// `fn name(&mut self, cx: &mut Tx, …) -> Result<T>`.
///
/// Options: `event = settled` names the event, `emits = none` drops it. Without them it is the participle: `pay` makes
/// `paid`.
#[doc(inline)]
pub use dotdo_macros::verb;

/// Makes the marked methods of a noun's `impl` reachable from outside: verbs, queries, and the flows that stand there.
///
/// ```
/// use dotdo::prelude::*;
///
/// #[noun(object)]
/// pub struct Order {
///     pub total_cents: i64,
///     #[default(false)]
///     pub paid: bool,
/// }
///
/// #[verbs]
/// impl Order {
///     /// Emits `Order::paid`, whose payload is what this returns.
///     #[verb]
///     fn pay(&mut self, cx: &mut Tx) -> Result<i64> {
///         ensure!(!self.paid, "order {} is settled", cx.id());
///         self.paid = true;
///         Ok(self.total_cents)
///     }
///
///     /// Reads only; no event.
///     #[query]
///     fn due(&self, _cx: &View) -> Result<i64> {
///         Ok(if self.paid { 0 } else { self.total_cents })
///     }
/// }
/// # fn main() { assert_eq!(Order::paid.verb(), "paid"); }
/// ```
#[doc(inline)]
pub use dotdo_macros::verbs;

/// Makes a function a test of a business, run in the simulation. It is there with the feature `test`, for
/// `[dev-dependencies]`.
///
/// The function takes a [`Sim`] of its business. Options: `seed = 7` is the first seed and `seeds = 100` how many;
/// `faults = "network"`, `"crashes"` or `"all"` lets things go wrong; `crash = "every step"` or `"every turn"` says
/// where the process crashes; `start = "2026-11-02T12:00:00Z"` is the time at which it begins.
///
/// ```
/// use dotdo::Sim;
/// use dotdo::prelude::*;
///
/// #[noun]
/// pub struct Customer {
///     pub email: String,
/// }
///
/// #[on(Customer::created)]
/// async fn welcome(cx: Flow, event: Event<Customer>) -> Result<()> {
///     cx.sleep(days(1)).await?;
///     cx.run(send_mail(event.data.email.clone())).await
/// }
///
/// #[durable]
/// async fn send_mail(to: String) -> Result<()> {
///     bail!("there is no mail server to send to {to}")
/// }
///
/// dotdo::app! { pub Crm { Customer, welcome, send_mail } }
///
/// #[dotdo::test(crash = "every step")]
/// async fn welcomes_after_a_day(sim: Sim<Crm>) -> Result<()> {
///     let mails = sim.mock::<send_mail>().with(|_| Ok(()));
///     sim.create(Customer { email: "ann@shop.example".into() }).await?;
///     sim.advance(hours(23)).await;
///     assert_eq!(mails.count(), 0);
///     sim.advance(hours(2)).await;
///     assert_eq!(mails.calls()?[0].to, "ann@shop.example");
///     assert_eq!(mails.distinct(), 1, "tried again after the crash, with the same key");
///     Ok(())
/// }
/// # fn main() {}
/// ```
#[cfg(feature = "test")]
#[doc(inline)]
pub use dotdo_macros::test;

#[cfg(feature = "test")]
pub use dotdo_runtime::host::sim::{Faults, Mock, Sim, SimBuilder};

pub use dotdo_runtime::business::{AppDef, Business, Listed, Marked};
pub use dotdo_runtime::context::{Question, Things, View};
pub use dotdo_runtime::control::{FlowAct, Flows, Trail};
pub use dotdo_runtime::effect::{Effect, EffectExt, Named, Policy, Step, StepKey, Undoable, With};
pub use dotdo_runtime::environment::{secret, var};
pub use dotdo_runtime::event::{AllEvents, DomainEvent, OneEvent};
pub use dotdo_runtime::form::{FormDef, FormField};
pub use dotdo_runtime::http;
pub use dotdo_runtime::id::IdOf;
pub use dotdo_runtime::journal::{
    Arm, Arms, Branch, Journaled, OneOf2, OneOf3, OneOf4, Together, WaitFor, WaitWithin, Waited,
};
pub use dotdo_runtime::noun::{Backref, EventKey, Row, Verbs};
pub use dotdo_runtime::people::{Ask, Inbox, Notice, Occasion, Signed};
pub use dotdo_runtime::query::{Column, Comparable, Count, Filter, Find, First, Found, TextColumn};
pub use dotdo_runtime::store::actions::{Action, Kind, Status};
pub use dotdo_runtime::store::asks::{AskEntry, AskFilter, AskRow, AskStatus};
pub use dotdo_runtime::store::{ActionFilter, EventFilter, Letter, Page, Relationship, Thing};
pub use dotdo_runtime::stub::{Call, Op, Stub};
pub use dotdo_runtime::time::{days, hours, millis, minutes, secs, weeks};
pub use dotdo_runtime::{
    Answer, AnyEvent, AnyNoun, Embedding, Error, ErrorKind, Event, Flow, Form, Human, Id, Json,
    Many, Noun, NounEvent, OldRow, Ref, Result, Shape, Tx,
};
pub use dotdo_runtime::{app as runtime_app, bail, door, ensure, host, migration, object};

/// A type that can be stored, journaled and sent: the trait, and the derive macro that implements it.
pub use dotdo_macros::Value;
pub use dotdo_runtime::Value;

#[cfg(target_arch = "wasm32")]
pub use dotdo_runtime::host::cloudflare::Exit;
#[cfg(not(target_arch = "wasm32"))]
pub use dotdo_runtime::host::native::{Exit, Replayed, record_journals, replay_journals};

/// Everything a business is written with.
pub mod prelude {
    pub use crate::{
        Answer, AnyEvent, Business, EffectExt, Embedding, Error, Event, Flow, Human, Id, Many,
        Noun, NounEvent, OldRow, OneOf2, OneOf3, OneOf4, Ref, Result, StepKey, TextColumn, Tx,
        Value, View, Waited, bail, days, durable, ensure, every, form, hours, millis, minutes,
        noun, on, query, secs, verb, verbs, weeks,
    };
}

/// What the macros' output names. Nothing here is for people.
#[doc(hidden)]
pub mod __private {
    pub use dotdo_macros::{Form, Noun};
    pub use dotdo_runtime::business::{
        AppDef, Business, Entry, Item, Listed, LockFile, Marked, Of, Otherwise, PartDef, count,
        prove, read_lock, unmarked,
    };
    pub use dotdo_runtime::effect::Breaker;
    pub use dotdo_runtime::effect::{Child, LocalFuture, Policy, Step, StepDef, StepFn, run_step};
    pub use dotdo_runtime::event::{AllEvents, OneEvent, event_verb, unknown_event};
    pub use dotdo_runtime::flow::{
        FlowDef, Missed, Route, Timetable, Trigger, filter_on, filter_on_all, filter_on_any,
        read_timetable, run_every, run_flow, run_on, run_on_all, run_on_any, to_on, to_on_all,
        to_on_any,
    };
    pub use dotdo_runtime::form::{Form, FormDef, FormField, FormRule, normal_form};
    pub use dotdo_runtime::journal::Run;
    pub use dotdo_runtime::locked::{
        Earlier, Locked, LockedColumn, LockedFunction, LockedNoun, follow,
    };
    pub use dotdo_runtime::migration::{FromOld, Migrated, Migration, migrate};
    pub use dotdo_runtime::noun::Noun;
    pub use dotdo_runtime::noun::{
        Backref, ColumnDef, EventKey, NounDef, Pattern, Row, VerbDef, Verbs, VerbsDef, cells_of,
        run_query, run_verb,
    };
    pub use dotdo_runtime::object::turn::Turn;
    pub use dotdo_runtime::query::{Column, Filter, Find};
    pub use dotdo_runtime::record::{self, Choice, Fields, Record, Writer};
    pub use dotdo_runtime::stub::{Call, Calls, Stub};
    pub use dotdo_runtime::value::{Cell, Member, Shape, Value};
    pub use dotdo_runtime::{AnyEvent, Error, Event, Flow, Id, Json, Many, Ref, Result, Tx, View};
    pub use serde;
    // User code may have a `Some` or an `Ok` of its own.
    pub use core::option::Option::{self, None, Some};
    pub use core::result::Result::{Err, Ok};

    #[cfg(target_arch = "wasm32")]
    pub use dotdo_runtime::host::cloudflare::main;
    #[cfg(not(target_arch = "wasm32"))]
    pub use dotdo_runtime::host::native::main;

    /// What tests name.
    #[cfg(feature = "test")]
    pub mod sim {
        pub use dotdo_runtime::host::sim::Faults;
        pub use dotdo_runtime::host::sim::test::{Crash, Options, run};
    }
}

#[cfg(doctest)]
mod guide;
