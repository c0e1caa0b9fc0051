//! Calls to objects as values: what is asked ([`Op`]), of whom, and chains of it that travel in one round trip.

use std::any::Any;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::ObjectKey;
use crate::control::FlowAct;
use crate::effect::{Deed, Effect};
use crate::id::Ref;
use crate::json::Json;
use crate::noun::{Noun, Verbs};
use crate::query::FindSpec;
use crate::store::asks::{AskAct, AskFilter, AskRow};
use crate::store::{ActionFilter, EventFilter};
use crate::value::{Cell, Onward, Value};

/// One thing that an object can be asked. This is what travels between objects and what doors make.
#[derive(Clone, Debug, Serialize, Deserialize)]
// Externally tagged: JSON texts inside can only be kept as they are in that form.
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Op {
    /// The whole thing, as it is now or was at an earlier version. Answers an envelope: the fields and `$id` …
    Get {
        /// The noun.
        noun: String,
        /// The id; empty for the one that the call before returned.
        id: String,
        /// `v12`, `~3` or an RFC 3339 instant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// A verb or a query.
    Call {
        /// The noun.
        noun: String,
        /// The id; empty for the one that the call before returned.
        id: String,
        /// The verb or query.
        verb: String,
        /// Its arguments by name.
        args: Json,
    },
    /// A new thing. Answers its id.
    Create {
        /// The noun.
        noun: String,
        /// Its id; made by dotdo if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Its fields.
        data: Json,
        /// Who may see it, if not the noun's default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        visibility: Option<String>,
    },
    /// A JSON merge patch (RFC 7396). Answers the envelope after it.
    Update {
        /// The noun.
        noun: String,
        /// The id; empty for the one that the call before returned.
        id: String,
        /// The fields to change.
        patch: Json,
        /// The version it must have.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        if_match: Option<u64>,
    },
    /// A soft delete. Answers `null`.
    Delete {
        /// The noun.
        noun: String,
        /// The id; empty for the one that the call before returned.
        id: String,
        /// The version it must have.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        if_match: Option<u64>,
    },
    /// A page of things. Answers a [`Page`](crate::store::Page) of envelopes.
    Find(FindSpec),
    /// How many things. Answers a number.
    Count(FindSpec),
    /// The versions of one thing, newest first. Answers a page of envelopes.
    History {
        /// The noun.
        noun: String,
        /// The id.
        id: String,
        /// At most so many.
        limit: u32,
        /// Those before this version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
    },
    /// A page of events.
    Events(EventFilter),
    /// A page of actions.
    Actions(ActionFilter),
    /// A page of dead letters.
    DeadLetters {
        /// At most so many.
        limit: u32,
        /// Those after this id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// Runs a dead letter once more. Answers the id of the action.
    Replay {
        /// The id of the dead letter.
        id: String,
    },
    /// What the object is: identity, schema, counts, schedules.
    Inspect,
    /// Accepts a step or flow by its name. Answers `null`; nobody waits for it.
    Run {
        /// The name of the function.
        name: String,
        /// Its arguments by name.
        args: Json,
    },
    /// The current row of an object of its own, for the tenant's directory. Older versions are ignored.
    Mirror {
        /// The noun.
        noun: String,
        /// The id.
        id: String,
        /// The system columns and the columns.
        row: Vec<Cell>,
    },
    /// An event for a handler in this object.
    Deliver {
        /// The handler.
        handler: String,
        /// The event.
        event: Json,
    },
    #[cfg_attr(not(feature = "flows"), serde(skip))]
    /// Does something with a flow of the object. Answers its [`Trail`](crate::control::Trail).
    Flow {
        /// The id of the run.
        id: String,
        /// What is done with it.
        act: FlowAct,
    },
    #[cfg_attr(not(feature = "people"), serde(skip))]
    /// A page of questions to people.
    Asks(AskFilter),
    #[cfg_attr(not(feature = "people"), serde(skip))]
    /// Does something with a question. Answers its row.
    Ask {
        /// The id of the question.
        id: String,
        /// What is done with it.
        act: AskAct,
    },
    /// A flow of another object waits for an event of this one: it is told of each, past ones included.
    Watch {
        /// The wait.
        wait: String,
        /// The noun.
        noun: String,
        /// The event.
        verb: String,
        /// The id of the thing it happens to; empty for any.
        subject: String,
        /// Events from here on count, in microseconds since 1970.
        since: i64,
        /// Who waits.
        to: ObjectKey,
    },
    /// A flow of another object no longer waits.
    Unwatch {
        /// The wait.
        wait: String,
    },
    /// Another object tells of an event that a flow of this one waits for.
    Happened {
        /// The wait.
        wait: String,
        /// The event.
        event: Json,
    },
    #[cfg_attr(not(feature = "people"), serde(skip))]
    /// A question that another object asks, for the tenant's inbox. Older versions are ignored.
    Asked {
        /// The row.
        row: Box<AskRow>,
    },
}

impl Op {
    /// The thing it is about, if it is about one: noun and id.
    pub fn subject(&self) -> Option<(&str, &str)> {
        match self {
            Self::Get { noun, id, .. }
            | Self::Call { noun, id, .. }
            | Self::Update { noun, id, .. }
            | Self::Delete { noun, id, .. }
            | Self::History { noun, id, .. }
            | Self::Create {
                noun, id: Some(id), ..
            } => Some((noun, id)),
            _ => None,
        }
    }

    fn subject_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Get { id, .. }
            | Self::Call { id, .. }
            | Self::Update { id, .. }
            | Self::Delete { id, .. }
            | Self::History { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Fills in the id that the call before returned.
    pub(crate) fn on(mut self, id: &str) -> Self {
        if let Some(subject) = self.subject_mut()
            && subject.is_empty()
        {
            id.clone_into(subject);
        }
        self
    }

    /// Whether the object may have to be made for it.
    pub fn creates(&self) -> bool {
        matches!(self, Self::Create { .. })
    }

    /// Whether it only reads.
    pub fn is_read(&self) -> bool {
        matches!(
            self,
            Self::Get { .. }
                | Self::Find(_)
                | Self::Count(_)
                | Self::History { .. }
                | Self::Events(_)
                | Self::Actions(_)
                | Self::DeadLetters { .. }
                | Self::Inspect
                | Self::Asks(_)
                | Self::Ask {
                    act: AskAct::Show,
                    ..
                }
                | Self::Flow {
                    act: FlowAct::Show,
                    ..
                }
        )
    }
}

/// A thing and what is asked of it, and of what that returns, and so on: one nested expression, one round trip.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chain {
    /// The id the next call is made on; empty once there is a call before it.
    id: String,
    noun: String,
    ops: Vec<Op>,
}

impl Chain {
    pub(crate) fn start(noun: &str, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            noun: noun.to_owned(),
            ops: Vec::new(),
        }
    }
    fn then(&self, op: impl FnOnce(String) -> Op) -> Self {
        let mut ops = self.ops.clone();
        ops.push(op(self.id.clone()));
        Self {
            id: String::new(),
            noun: self.noun.clone(),
            ops,
        }
    }
}

/// Calls to one `N`: `Order::stub(id)`.
///
/// Beside the methods below, it has one for each verb and query of the noun.
pub struct Stub<N> {
    chain: Chain,
    noun: PhantomData<fn() -> N>,
}

impl<N> Stub<N> {
    // No methods, because a verb may have any name.
    /// A verb or query by its name; the typed methods end here.
    #[doc(hidden)]
    pub fn call<R: Value>(stub: &Self, verb: &'static str, args: &impl Serialize) -> Call<R> {
        let (noun, args) = (stub.chain.noun.clone(), Json::of(args));
        Self::then(stub, |id| Op::Call {
            noun,
            id,
            verb: verb.into(),
            args: args.unwrap_or_else(|_| Json::null()),
        })
    }

    pub(crate) fn then<R: Value>(stub: &Self, op: impl FnOnce(String) -> Op) -> Call<R> {
        Call::new(stub.chain.then(op))
    }
}

impl<N: Verbs> Deref for Stub<N> {
    type Target = N::Calls;
    fn deref(&self) -> &N::Calls {
        N::calls(self)
    }
}

/// What the methods of a stub are written for: `#[verbs]` gives each noun a trait of its own, `OrderCalls`, and the trait
/// the methods.
#[doc(hidden)]
pub trait Calls<N> {
    /// The stub that offers them.
    fn stub(&self) -> &Stub<N>;
}
impl<N> Calls<N> for Stub<N> {
    fn stub(&self) -> &Self {
        self
    }
}

impl<N> Clone for Stub<N> {
    fn clone(&self) -> Self {
        Self {
            chain: self.chain.clone(),
            noun: PhantomData,
        }
    }
}
impl<N> std::fmt::Debug for Stub<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.chain.noun, self.chain.id)
    }
}
impl<N: Noun> Onward for Stub<N> {
    fn onward(chain: Chain) -> Self {
        Self {
            chain: Chain {
                noun: N::NAME.to_owned(),
                ..chain
            },
            noun: PhantomData,
        }
    }
}

/// One call, or a chain of them, that returns an `R` when a context runs it.
///
/// Where `R` is a [`Ref`], the call offers the methods of what it points at:
/// `Customer::stub(id).latest_order().customer()` is one expression and one round trip.
#[must_use = "a call does nothing until a context runs it: `cx.run(..).await?` or `cx.send(..)`"]
pub struct Call<R> {
    ops: Vec<Op>,
    /// An `R::Next`. The struct itself asks nothing of `R`: otherwise a verb whose result is no value would be reported
    /// at the stub's method too.
    next: Arc<dyn Any + Send + Sync>,
    output: PhantomData<fn() -> R>,
}

impl<R: Value> Call<R> {
    fn new(chain: Chain) -> Self {
        let ops = chain.ops.clone();
        Self {
            ops,
            next: Arc::new(R::Next::onward(chain)),
            output: PhantomData,
        }
    }
}

impl<N: Noun> Call<Ref<N>> {
    pub(crate) fn of_create(op: Op) -> Self {
        Self::new(Chain {
            id: String::new(),
            noun: N::DEF.name.to_owned(),
            ops: vec![op],
        })
    }
}

impl<R> Clone for Call<R> {
    fn clone(&self) -> Self {
        Self {
            ops: self.ops.clone(),
            next: self.next.clone(),
            output: PhantomData,
        }
    }
}
impl<R> std::fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.ops).finish()
    }
}

impl<R: Value> Deref for Call<R> {
    type Target = R::Next;
    fn deref(&self) -> &R::Next {
        // `new` is the only place where a call is made.
        self.next
            .downcast_ref()
            .expect("a call holds what comes next")
    }
}

#[diagnostic::do_not_recommend]
impl<R: Value> Effect for Call<R> {
    type Output = R;
    fn into_deed(self) -> Deed {
        Deed::Call(self.ops)
    }
}
