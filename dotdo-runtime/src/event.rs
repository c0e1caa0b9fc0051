//! Events as handlers see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::id::{Id, Ref};
use crate::json::Json;
use crate::noun::Noun;
use crate::value::Value;

/// Who did it: `Human/ann`, `Flow/fulfil/01k…`, `door`, …
pub type Actor = String;

/// Something that happened, in the form the store keeps: the seed's `DomainEvent`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DomainEvent {
    /// Its id, sortable by time.
    pub id: String,
    /// Its place in the order of the object's events, counted from 1 without gaps.
    pub sequence: u64,
    /// The noun: `Order`.
    pub noun: String,
    /// What happened: `paid`.
    pub verb: String,
    /// The id of the thing it happened to.
    pub subject: String,
    /// The payload.
    pub data: Json,
    /// Who did it.
    pub actor: Actor,
    /// The action that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// An event of the noun `N` with the payload `P`, as a handler gets it.
///
/// The payload of `created`, `updated` and `deleted` is the noun itself, so `Event<Order>` will do there; the
/// payload of a verb's event is what the verb returned: `Event<Order, Receipt>`.
pub struct Event<N, P = N> {
    /// Its id.
    pub id: String,
    /// The payload.
    pub data: P,
    /// Who did it.
    pub actor: Actor,
    /// When it happened.
    pub at: DateTime<Utc>,
    subject: Id<N>,
}

// By hand, because derives would ask the same of the noun as of the payload.
impl<N, P: Clone> Clone for Event<N, P> {
    fn clone(&self) -> Self {
        Self {
            id: self.id.clone(),
            data: self.data.clone(),
            actor: self.actor.clone(),
            at: self.at,
            subject: self.subject.clone(),
        }
    }
}

impl<N, P: std::fmt::Debug> std::fmt::Debug for Event<N, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Event")
            .field("id", &self.id)
            .field("subject", &self.subject)
            .field("data", &self.data)
            .field("actor", &self.actor)
            .field("at", &self.at)
            .finish()
    }
}

impl<N, P: PartialEq> PartialEq for Event<N, P> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.data == other.data
            && self.actor == other.actor
            && self.at == other.at
            && self.subject == other.subject
    }
}

impl<N, P> Event<N, P> {
    /// The thing it happened to.
    pub fn subject(&self) -> Ref<N> {
        Ref::from(&self.subject)
    }
}

impl<N, P: Value> Event<N, P> {
    #[doc(hidden)]
    pub fn read(json: &Json) -> Result<Self> {
        let event: DomainEvent = json.read()?;
        let data = event.data.read().map_err(|e| {
            e.context(format_args!(
                "the payload of {}::{} is not what the handler expects",
                event.noun, event.verb
            ))
        })?;
        Ok(Self {
            id: event.id,
            data,
            actor: event.actor,
            at: event.at,
            subject: Id::trusted(event.subject),
        })
    }
}

/// Any event, as a handler of `*::created` or `*::*` gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct AnyEvent(pub DomainEvent);

impl std::ops::Deref for AnyEvent {
    type Target = DomainEvent;
    fn deref(&self) -> &DomainEvent {
        &self.0
    }
}

/// The argument of a handler of one event. It is its own trait so that an event of another noun, or with another payload,
/// is reported in these words.
#[diagnostic::on_unimplemented(
    message = "this handler's event is about `{N}` and carries `{P}`, but its argument is `{Self}`",
    label = "another event",
    note = "a handler takes `Event<Order, T>`, `T` being what the verb returns, and `Event<Order>` where that is the order itself: `created`, `updated`, `deleted`"
)]
pub trait OneEvent<N, P> {
    #[doc(hidden)]
    fn of(event: Event<N, P>) -> Self;
}

#[diagnostic::do_not_recommend]
impl<N, P> OneEvent<N, P> for Event<N, P> {
    fn of(event: Self) -> Self {
        event
    }
}

/// All events of one noun, as a handler of `Order::*` gets them; `#[verbs]` generates `OrderEvent`.
///
/// A noun without verbs has [`NounEvent`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand for all events of `{N}`",
    label = "a handler of `{N}::*` takes `{N}Event`, or `NounEvent<{N}>` where the noun has no verbs"
)]
pub trait AllEvents<N>: Sized {
    #[doc(hidden)]
    fn read(json: &Json) -> Result<Self>;
}

/// The three events that every noun has.
#[derive(Clone, Debug, PartialEq)]
pub enum NounEvent<N> {
    /// It was made.
    Created(Event<N>),
    /// Some of its fields were changed.
    Updated(Event<N>),
    /// It was deleted; the payload is what it was.
    Deleted(Event<N>),
}

impl<N: Noun> AllEvents<N> for NounEvent<N> {
    fn read(json: &Json) -> Result<Self> {
        match event_verb(json)?.as_str() {
            "created" => Event::read(json).map(Self::Created),
            "updated" => Event::read(json).map(Self::Updated),
            "deleted" => Event::read(json).map(Self::Deleted),
            other => Err(unknown_event(N::DEF.name, other)),
        }
    }
}

/// The verb of an event, for generated code that picks the variant.
#[doc(hidden)]
pub fn event_verb(json: &Json) -> Result<String> {
    #[derive(Deserialize)]
    struct Verb {
        verb: String,
    }
    Ok(json.read::<Verb>()?.verb)
}

#[doc(hidden)]
pub fn unknown_event(noun: &str, verb: &str) -> Error {
    Error::permanent(format_args!(
        "`{noun}` has no event `{verb}`; it was emitted by a program of another version"
    ))
}
