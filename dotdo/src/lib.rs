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

pub use dotdo_macros::{app, durable, every, noun, on, part, query, verb, verbs};
pub use dotdo_runtime::business::{AppDef, Business};
pub use dotdo_runtime::context::{Things, View};
pub use dotdo_runtime::effect::{Effect, EffectExt, Policy, Step, StepKey};
pub use dotdo_runtime::event::{AllEvents, DomainEvent};
pub use dotdo_runtime::noun::{EventKey, Row};
pub use dotdo_runtime::query::{Column, Filter, Find, Found, TextColumn};
pub use dotdo_runtime::store::actions::{Action, Kind, Status};
pub use dotdo_runtime::store::{ActionFilter, EventFilter, Letter, Page, Relationship, Thing};
pub use dotdo_runtime::stub::{Call, Op, Stub};
pub use dotdo_runtime::time::{days, hours, millis, minutes, secs, weeks};
pub use dotdo_runtime::{
    AnyEvent, AnyNoun, Embedding, Error, ErrorKind, Event, Flow, Id, Json, Many, Noun, NounEvent,
    Ref, Result, Shape, Tx,
};
pub use dotdo_runtime::{app as runtime_app, bail, door, ensure, host, object};

/// A type that can be stored, journaled and sent: the trait, and the derive macro that implements it.
pub use dotdo_macros::Value;
pub use dotdo_runtime::Value;

#[cfg(not(target_arch = "wasm32"))]
pub use dotdo_runtime::host::native::Exit;

/// Everything a business is written with.
pub mod prelude {
    pub use crate::{
        AnyEvent, Business, EffectExt, Embedding, Error, Event, Flow, Id, Many, Noun, NounEvent,
        Ref, Result, StepKey, TextColumn, Tx, Value, View, bail, days, durable, ensure, every,
        hours, millis, minutes, noun, on, query, secs, verb, verbs, weeks,
    };
}

/// What the macros' output names. Nothing here is for people.
#[doc(hidden)]
pub mod __private {
    pub use dotdo_macros::Noun;
    pub use dotdo_runtime::business::{AppDef, Business, Entry, Item, Listed, Verbless, prove};
    pub use dotdo_runtime::effect::{Child, LocalFuture, Policy, Step, StepDef, run_step};
    pub use dotdo_runtime::event::{AllEvents, event_verb, unknown_event};
    pub use dotdo_runtime::flow::{
        FlowDef, Missed, Route, Timetable, Trigger, filter_on, filter_on_all, filter_on_any,
        run_every, run_flow, run_on, run_on_all, run_on_any, to_on, to_on_all, to_on_any,
    };
    pub use dotdo_runtime::journal::Run;
    pub use dotdo_runtime::noun::Noun;
    pub use dotdo_runtime::noun::{
        Backref, ColumnDef, EventKey, NounDef, Pattern, Row, VerbDef, VerbsDef, cells_of,
        run_query, run_verb,
    };
    pub use dotdo_runtime::object::turn::Turn;
    pub use dotdo_runtime::query::{Column, Filter, Find};
    pub use dotdo_runtime::stub::{Call, Chain, Stub};
    pub use dotdo_runtime::value::{Cell, Member, Onward, Shape, Value};
    pub use dotdo_runtime::{AnyEvent, Error, Event, Flow, Id, Json, Many, Ref, Result, Tx, View};
    pub use serde;
    // User code may have a `Some` or an `Ok` of its own.
    pub use core::option::Option::{self, None, Some};
    pub use core::result::Result::{Err, Ok};

    #[cfg(not(target_arch = "wasm32"))]
    pub use dotdo_runtime::host::native::main;
}
