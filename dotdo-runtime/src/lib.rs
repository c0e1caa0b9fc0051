//! The small runtime behind dotdo: it executes what the macros describe, on whatever host stands behind the seam.
//!
//! Users write against the `dotdo` crate, which re-exports what is public here.

pub mod app;
pub mod business;
mod const_names;
mod const_text;
pub mod context;
pub mod control;
pub mod door;
pub mod effect;
pub mod environment;
pub mod error;
pub mod event;
pub mod flow;
pub mod form;
pub mod host;
pub mod http;
pub mod id;
pub mod journal;
pub mod json;
pub mod locked;
pub mod manifest;
pub mod maps;
pub mod migration;
pub mod noun;
pub mod object;
pub mod people;
pub mod planted;
pub mod query;
pub mod record;
mod rooms;
pub mod store;
pub mod stub;
pub mod time;
pub mod value;

pub use context::{Flow, Tx, View};
pub use effect::{Effect, EffectExt, Policy, Step, StepKey};
pub use error::{Error, ErrorKind, Result};
pub use event::{AnyEvent, Event, NounEvent};
pub use form::Form;
#[cfg(not(target_arch = "wasm32"))]
pub use host::native::{Clock, Durability, Embedded};
pub use id::{AnyNoun, Id, Many, Ref};
pub use json::Json;
pub use migration::OldRow;
pub use noun::Noun;
pub use people::{Answer, Human};
pub use value::{Embedding, Shape, Value};
