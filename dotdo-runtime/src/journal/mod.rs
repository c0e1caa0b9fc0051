//! The journal of a flow: what it ran is remembered under the function's name and occurrence, so that after a crash
//! the flow goes on where it was.
//!
//! A flow is a future that only this module polls. It never reaches the outside by itself: each `cx.run(..)` leaves a
//! command here, the object writes it down as an [`Action`] before anything
//! happens, and hands the result back when there is one. Replaying is the same thing with all results at hand.

mod record;

pub(crate) use record::{Begun, begin, perform, settle, start, timed_out};

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::app::ObjectKey;
use crate::effect::{Deed, Options};
use crate::error::{Error, Result};
use crate::form::FormDef;
use crate::json::Json;
use crate::store::actions::Action;
use crate::stub::Op;

/// How much is promised of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Durability {
    /// `cx.run`: journaled, retried, survives crashes.
    #[serde(rename = "do")]
    Run,
    /// `cx.attempt`: journaled, tried once.
    #[serde(rename = "try")]
    Attempt,
    /// `cx.send`: accepted with the commit, not awaited.
    #[serde(rename = "send")]
    Send,
}

impl Durability {
    /// The word it is stored as, which is the seed's.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Run => "do",
            Self::Attempt => "try",
            Self::Send => "send",
        }
    }
    pub(crate) fn of(word: &str) -> Result<Self> {
        match word {
            "do" => Ok(Self::Run),
            "try" => Ok(Self::Attempt),
            "send" => Ok(Self::Send),
            other => Err(Error::internal(format_args!("`{other}` is no durability"))),
        }
    }
}

/// A flow that is being run, as its own code sees it. Clones are the same run.
#[doc(hidden)]
#[derive(Clone)]
pub struct Run(Rc<RunInner>);

struct RunInner {
    id: String,
    key: ObjectKey,
    /// The id of the thing whose object this is; empty in the tenant's object.
    this: String,
    state: RefCell<State>,
}

struct State {
    now: DateTime<Utc>,
    /// How often each name has occurred.
    occurrences: BTreeMap<String, u32>,
    results: BTreeMap<String, Result<Json>>,
    /// What has been asked for and has no result.
    waiting: BTreeSet<String>,
    commands: Vec<Command>,
    /// The forms that were asked for, by key.
    forms: BTreeMap<String, &'static FormDef>,
}

/// Something a flow asks for.
pub(crate) struct Command {
    pub key: String,
    pub act: Act,
    pub options: Options,
    pub durability: Durability,
}

pub(crate) enum Act {
    Deed(Deed),
    Sleep(Duration),
    Until(DateTime<Utc>),
    Now,
    Random,
    Emit {
        noun: &'static str,
        verb: &'static str,
        subject: String,
        data: Result<Json>,
    },
}

impl Act {
    /// The name in the journal key: what a reader of the program would call it.
    fn name(&self) -> String {
        match self {
            Self::Deed(deed) => deed_name(deed),
            Self::Sleep(_) => "sleep".into(),
            Self::Until(_) => "until".into(),
            Self::Now => "now".into(),
            Self::Random => "random".into(),
            Self::Emit { noun, verb, .. } => format!("emit {noun}::{verb}"),
        }
    }
}

fn deed_name(deed: &Deed) -> String {
    match deed {
        Deed::Step(def, _) => def.name.to_owned(),
        Deed::Flow(def, _) => def.name.to_owned(),
        Deed::Named(name, _) => name.clone(),
        Deed::Ask(spec) => format!("ask {}", spec.form.name),
        Deed::Find(spec) => format!("{}.find", spec.noun),
        Deed::Count(spec) => format!("{}.count", spec.noun),
        Deed::Call(ops) => ops.iter().map(op_name).collect::<Vec<_>>().join(" > "),
    }
}

/// `Order.pay`, `Customer.create`.
pub(crate) fn op_name(op: &Op) -> String {
    match op {
        Op::Get { noun, .. } => format!("{noun}.get"),
        Op::Call { noun, verb, .. } => format!("{noun}.{verb}"),
        Op::Create { noun, .. } => format!("{noun}.create"),
        Op::Update { noun, .. } => format!("{noun}.update"),
        Op::Delete { noun, .. } => format!("{noun}.delete"),
        Op::Find(spec) => format!("{}.find", spec.noun),
        Op::Count(spec) => format!("{}.count", spec.noun),
        Op::History { noun, .. } => format!("{noun}.history"),
        Op::Events(_) => "$events".into(),
        Op::Actions(_) => "$actions".into(),
        Op::DeadLetters { .. } => "$letters".into(),
        Op::Replay { .. } => "$replay".into(),
        Op::Inspect => "$inspect".into(),
        Op::Run { name, .. } => name.clone(),
        Op::Mirror { noun, .. } => format!("{noun}.mirror"),
        Op::Deliver { handler, .. } => handler.clone(),
        Op::Asks(_) => "$asks".into(),
        Op::Ask { .. } => "$ask".into(),
        Op::Asked { .. } => "$asked".into(),
    }
}

impl Run {
    pub(crate) fn new(id: &str, key: &ObjectKey, now: DateTime<Utc>, journal: Vec<Action>) -> Self {
        let mut state = State {
            now,
            occurrences: BTreeMap::new(),
            results: BTreeMap::new(),
            waiting: BTreeSet::new(),
            commands: Vec::new(),
            forms: BTreeMap::new(),
        };
        for action in journal {
            let result = action.result();
            let Some(key) = action.key else { continue };
            // What was sent is not waited for.
            if action.durability == Durability::Send {
                state.results.insert(key, Ok(Json::null()));
            } else if let Some(result) = result {
                state.results.insert(key, result);
            } else {
                state.waiting.insert(key);
            }
        }
        let this = key
            .thing
            .as_ref()
            .map(|(_, id)| id.clone())
            .unwrap_or_default();
        Self(Rc::new(RunInner {
            id: id.to_owned(),
            key: key.clone(),
            this,
            state: RefCell::new(state),
        }))
    }

    pub(crate) fn id(&self) -> &str {
        &self.0.id
    }
    pub(crate) fn object(&self) -> &ObjectKey {
        &self.0.key
    }
    pub(crate) fn this(&self) -> &str {
        &self.0.this
    }
    pub(crate) fn set_now(&self, now: DateTime<Utc>) {
        self.0.state.borrow_mut().now = now;
    }
    pub(crate) fn give(&self, key: &str, result: Result<Json>) {
        let mut state = self.0.state.borrow_mut();
        state.waiting.remove(key);
        state.results.insert(key.to_owned(), result);
    }
    pub(crate) fn wait(&self, key: &str) {
        self.0.state.borrow_mut().waiting.insert(key.to_owned());
    }
    pub(crate) fn is_waiting(&self) -> bool {
        !self.0.state.borrow().waiting.is_empty()
    }
    pub(crate) fn take_commands(&self) -> Vec<Command> {
        std::mem::take(&mut self.0.state.borrow_mut().commands)
    }

    /// The form that was asked for under a key.
    pub(crate) fn form(&self, key: &str) -> Option<&'static FormDef> {
        self.0.state.borrow().forms.get(key).copied()
    }

    /// The next journal key of a name: `charge#0`, `charge#1`, …
    fn next_key(&self, name: &str) -> String {
        let mut state = self.0.state.borrow_mut();
        let count = state.occurrences.entry(name.to_owned()).or_insert(0);
        let key = format!("{name}#{count}");
        *count += 1;
        key
    }

    pub(crate) fn ask<T>(
        &self,
        act: Act,
        options: Options,
        durability: Durability,
    ) -> Journaled<T> {
        let key = self.next_key(&act.name());
        if let Act::Deed(Deed::Ask(spec)) = &act {
            let mut state = self.0.state.borrow_mut();
            state.forms.insert(key.clone(), spec.form);
        }
        Journaled {
            run: self.clone(),
            command: Some(Command {
                key: key.clone(),
                act,
                options,
                durability,
            }),
            key,
            output: PhantomData,
        }
    }

    /// Leaves a command that nobody waits for.
    pub(crate) fn send(&self, deed: Deed, options: Options) {
        let key = self.next_key(&format!("send {}", deed_name(&deed)));
        let mut state = self.0.state.borrow_mut();
        if !state.results.contains_key(&key) && !state.waiting.contains(&key) {
            state.commands.push(Command {
                key,
                act: Act::Deed(deed),
                options,
                durability: Durability::Send,
            });
        }
    }
}

/// The future of something that a flow asked for.
#[must_use = "nothing happens until it is awaited"]
pub struct Journaled<T> {
    run: Run,
    key: String,
    command: Option<Command>,
    output: PhantomData<fn() -> T>,
}

impl<T> Journaled<T> {
    /// The time limit of each attempt.
    pub fn within(mut self, limit: Duration) -> Self {
        if let Some(command) = &mut self.command {
            command.options.within = Some(limit);
        }
        self
    }
}

impl<T: DeserializeOwned> Future for Journaled<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<T>> {
        let command = self.command.take();
        let mut state = self.run.0.state.borrow_mut();
        if let Some(result) = state.results.get(&self.key) {
            return Poll::Ready(match result {
                Ok(json) => json.read().map_err(|e| {
                    e.exhausted().context(format_args!(
                        "the journaled result of `{}` does not fit",
                        self.key
                    ))
                }),
                Err(error) => Err(error.clone()),
            });
        }
        if let Some(command) = command
            && !state.waiting.contains(&self.key)
        {
            state.commands.push(command);
        }
        Poll::Pending
    }
}
