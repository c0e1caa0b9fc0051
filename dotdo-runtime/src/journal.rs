//! The journal of a flow: what it ran is remembered under the function's name and occurrence, so that after a crash
//! the flow goes on where it was.
//!
//! A flow is a future that only this module polls. It never reaches the outside by itself: each `cx.run(..)` leaves a
//! [`Command`] here, the object writes it down as an [`Action`](crate::store::actions::Action) before anything
//! happens, and hands the result back when there is one. Replaying is the same thing with all results at hand.

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
use crate::effect::{Deed, Options, Policy};
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::object::perform::perform_local;
use crate::object::turn::Turn;
use crate::store::actions::{self, Action, Kind, Status};
use crate::store::{letters, outbox};
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
    Emit { noun: &'static str, verb: &'static str, subject: String, data: Result<Json> },
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
        let this = key.thing.as_ref().map(|(_, id)| id.clone()).unwrap_or_default();
        Self(Rc::new(RunInner { id: id.to_owned(), key: key.clone(), this, state: RefCell::new(state) }))
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

    /// The next journal key of a name: `charge#0`, `charge#1`, …
    fn next_key(&self, name: &str) -> String {
        let mut state = self.0.state.borrow_mut();
        let count = state.occurrences.entry(name.to_owned()).or_insert(0);
        let key = format!("{name}#{count}");
        *count += 1;
        key
    }

    pub(crate) fn ask<T>(&self, act: Act, options: Options, durability: Durability) -> Journaled<T> {
        let key = self.next_key(&act.name());
        Journaled { run: self.clone(), command: Some(Command { key: key.clone(), act, options, durability }), key, output: PhantomData }
    }

    /// Leaves a command that nobody waits for.
    pub(crate) fn send(&self, deed: Deed, options: Options) {
        let key = self.next_key(&format!("send {}", deed_name(&deed)));
        let mut state = self.0.state.borrow_mut();
        if !state.results.contains_key(&key) && !state.waiting.contains(&key) {
            state.commands.push(Command { key, act: Act::Deed(deed), options, durability: Durability::Send });
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
                Ok(json) => json.read().map_err(|e| e.exhausted().context(format_args!("the journaled result of `{}` does not fit", self.key))),
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

// ---- from commands to actions ----

/// What became of a command at once.
pub(crate) enum Begun {
    /// There is a result already.
    Done(Result<Json>),
    /// There will be one.
    Waiting,
}

/// Writes a flow's command into its journal and sets it going.
pub(crate) fn perform(turn: &Turn, run: &Run, command: Command) -> Result<Begun> {
    let Command { key, act, options, durability } = command;
    let now = turn.now();
    match act {
        Act::Deed(deed) => begin(turn, deed, options, durability, run.id(), &key),
        Act::Sleep(duration) => {
            let until = now.checked_add_signed(chrono::TimeDelta::from_std(duration).unwrap_or(chrono::TimeDelta::MAX)).unwrap_or(DateTime::<Utc>::MAX_UTC);
            sleep(turn, run.id(), &key, until)
        }
        Act::Until(until) => sleep(turn, run.id(), &key, until),
        Act::Now => value(turn, run.id(), &key, Json::of(&now)),
        Act::Random => {
            #[allow(clippy::cast_possible_truncation, reason = "the lower half of a random number is as random")]
            let random = turn.random() as u64;
            value(turn, run.id(), &key, Json::of(&random))
        }
        Act::Emit { noun, verb, subject, data } => {
            let emitted = data.and_then(|data| turn.nested(|| turn.emit(noun, verb, &subject, data)));
            value(turn, run.id(), &key, emitted.map(|()| Json::null()))
        }
    }
}

fn sleep(turn: &Turn, parent: &str, key: &str, until: DateTime<Utc>) -> Result<Begun> {
    let action = Action {
        kind: Kind::Sleep,
        name: "sleep".into(),
        parent: Some(parent.into()),
        key: Some(key.into()),
        input: Json::of(&until)?,
        due: Some(until.timestamp_micros()),
        ..Action::new(turn)
    };
    actions::insert(turn.sql(), &action)?;
    Ok(Begun::Waiting)
}

/// Journals a result that is known at once.
fn value(turn: &Turn, parent: &str, key: &str, result: Result<Json>) -> Result<Begun> {
    let mut action = Action { kind: Kind::Value, name: name_of(key), parent: Some(parent.into()), key: Some(key.into()), attempts: 1, ..Action::new(turn) };
    conclude(turn, &mut action, result.clone());
    actions::insert(turn.sql(), &action)?;
    Ok(Begun::Done(result))
}

fn name_of(key: &str) -> String {
    key.rsplit_once('#').map_or(key, |(name, _)| name).to_owned()
}

fn conclude(turn: &Turn, action: &mut Action, result: Result<Json>) {
    action.started_at = action.started_at.or(Some(turn.now()));
    action.completed_at = Some(turn.now());
    action.due = None;
    action.deadline = None;
    match result {
        Ok(output) => {
            action.status = Status::Completed;
            action.output = Some(output);
            action.error = None;
        }
        Err(error) => {
            action.status = Status::Failed;
            action.error = Some(error);
        }
    }
}

/// Writes an effect down and sets it going: the one way in for `run`, `attempt` and `send`, from flows and verbs.
pub(crate) fn begin(turn: &Turn, deed: Deed, options: Options, durability: Durability, parent: &str, key: &str) -> Result<Begun> {
    let refuse = |error: Error| {
        // A verb that sends what cannot be sent fails as a whole; a flow gets the error as the result.
        if durability == Durability::Send { Err(error) } else { value(turn, parent, key, Err(error)) }
    };
    let mut action = Action {
        name: deed_name(&deed),
        target: turn.key().to_string(),
        parent: Some(parent.into()),
        key: Some(key.into()),
        options: options.clone(),
        durability,
        ..Action::new(turn)
    };
    let app = turn.app();
    match deed {
        Deed::Named(name, args) => {
            if let Some(def) = app.step(&name) {
                begin(turn, Deed::Step(def, args), options, durability, parent, key)
            } else if let Some(def) = app.flow(&name) {
                begin(turn, Deed::Flow(def, args), options, durability, parent, key)
            } else {
                refuse(Error::not_found(format_args!("there is no step or flow named `{name}`")))
            }
        }
        Deed::Step(def, args) => {
            if app.step(def.name).is_none() {
                return refuse(Error::internal(format_args!("the step `{}` ({}:{}) is not listed in `app!`; add it there, so that it can be found again after a restart", def.name, def.at.0, def.at.1)));
            }
            action.kind = Kind::Step;
            action.version = def.version;
            match args {
                Ok(args) => action.input = args,
                Err(error) => return refuse(error),
            }
            start(turn, &mut action, true)
        }
        Deed::Flow(def, args) => {
            if app.flow(def.name).is_none() {
                return refuse(Error::internal(format_args!("the flow `{}` ({}:{}) is not listed in `app!`; add it there, so that it can be found again after a restart", def.name, def.at.0, def.at.1)));
            }
            match args {
                Ok(args) => turn.start_flow(def, args, parent, key, options, durability).map(|_| Begun::Waiting),
                Err(error) => refuse(error),
            }
        }
        Deed::Find(spec) => {
            let here = spec.here;
            ask(turn, action, vec![Op::Find(spec)], here)
        }
        Deed::Count(spec) => {
            let here = spec.here;
            ask(turn, action, vec![Op::Count(spec)], here)
        }
        Deed::Call(ops) => ask(turn, action, ops, false),
    }
}

fn ask(turn: &Turn, mut action: Action, mut ops: Vec<Op>, here: bool) -> Result<Begun> {
    // The id is chosen here, once, so that a repetition makes the same thing.
    if let Some(Op::Create { noun, id, .. }) = ops.first_mut()
        && id.is_none()
        && turn.app().is_object(noun)
    {
        *id = Some(turn.new_id());
    }
    action.kind = Kind::Call;
    action.target = match ops.first() {
        _ if here => turn.key().to_string(),
        Some(op) => turn.app().home(&turn.key().tenant, op)?.to_string(),
        None => return Err(Error::internal("a call without an operation")),
    };
    action.input = Json::of(&ops)?;
    start(turn, &mut action, true)
}

/// Begins an attempt of a step or call: `started` is written down before anything runs.
pub(crate) fn start(turn: &Turn, action: &mut Action, is_new: bool) -> Result<Begun> {
    action.attempts += 1;
    action.status = Status::Running;
    action.started_at = action.started_at.or(Some(turn.now()));
    action.due = None;
    action.deadline = limit(turn, action).map(|d| turn.micros().saturating_add(i64::try_from(d.as_micros()).unwrap_or(i64::MAX)));
    let mut done = None;
    match action.kind {
        Kind::Step => turn.after().steps.push(crate::object::StepStart::of(action)),
        Kind::Call => {
            let ops: Vec<Op> = action.input.read()?;
            let local = action.target == turn.key().to_string();
            if local && action.durability != Durability::Send {
                done = perform_local(turn, &action.id, ops)?;
            } else {
                let first = ops.first().ok_or_else(|| Error::internal("a call without an operation"))?;
                let to = turn.app().home(&turn.key().tenant, first)?;
                // The same at each attempt, so that the other side can tell a repetition.
                let once = action.options.key.as_ref().map_or_else(|| action.id.clone(), |key| format!("key/{}/{key}", action.actor));
                outbox::put(turn, &action.id, &once, &to, ops, Some(&action.id))?;
            }
        }
        Kind::Verb | Kind::Flow | Kind::Sleep | Kind::Value => return Err(Error::internal(format_args!("a {} is not started", action.kind.word()))),
    }
    let begun = match done {
        None => Begun::Waiting,
        Some(result) => match weigh(turn, action, result)? {
            Some(result) => Begun::Done(result),
            None => Begun::Waiting,
        },
    };
    if is_new {
        if !actions::insert(turn.sql(), action)? {
            return Err(Error::internal(format_args!("the journal has `{}` already", action.key.as_deref().unwrap_or_default())));
        }
    } else {
        actions::update(turn.sql(), action)?;
    }
    Ok(begun)
}

/// Decides what the result of an attempt means: done, failed for good, or to be tried again. Gives the final result.
fn weigh(turn: &Turn, action: &mut Action, result: Result<Json>) -> Result<Option<Result<Json>>> {
    match result {
        Err(error) if error.is_retryable() && action.attempts <= policy(turn, action).retry => {
            #[allow(clippy::cast_possible_truncation, reason = "the lower half of a random number is as random")]
            let delay = policy(turn, action).delay(action.attempts, turn.random() as u64).max(error.wait().unwrap_or_default());
            action.status = Status::Retrying;
            action.due = Some(turn.micros().saturating_add(i64::try_from(delay.as_micros()).unwrap_or(i64::MAX)));
            if action.kind != Kind::Flow {
                action.deadline = None;
            }
            action.error = Some(error);
            Ok(None)
        }
        result => {
            let result = result.map_err(Error::exhausted);
            conclude(turn, action, result.clone());
            let awaited = action.durability != Durability::Send && action.parent.as_deref().is_some_and(|p| !p.starts_with('$'));
            if let (Err(error), false) = (&result, awaited) {
                letters::put(turn.sql(), &action.id, &action.name, &action.input, error, action.attempts, turn.micros())?;
            }
            Ok(Some(result))
        }
    }
}

/// Stores the result of an attempt. Gives the final result, if it is one.
pub(crate) fn settle(turn: &Turn, action: &mut Action, result: Result<Json>) -> Result<Option<Result<Json>>> {
    let done = weigh(turn, action, result)?;
    actions::update(turn.sql(), action)?;
    Ok(done)
}

fn policy(turn: &Turn, action: &Action) -> Policy {
    let app = turn.app();
    let mut policy = match action.kind {
        Kind::Step => app.step(&action.name).map(|def| def.policy),
        Kind::Flow => app.flow(&action.name).map(|def| def.policy),
        _ => None,
    }
    .unwrap_or(Policy::DEFAULT);
    if let Some(retry) = action.options.retry {
        policy.retry = retry;
    }
    if action.durability == Durability::Attempt {
        policy.retry = 0;
    }
    policy
}

/// The time limit of an attempt, or of a flow as a whole.
fn limit(turn: &Turn, action: &Action) -> Option<Duration> {
    let limit = match action.kind {
        Kind::Step | Kind::Flow => policy(turn, action).timeout,
        _ => None,
    };
    action.options.within.or(limit)
}

/// The error of something that did not finish in its time limit.
pub(crate) fn timed_out(turn: &Turn, action: &Action) -> Error {
    let limit = limit(turn, action).map(dotdo_core::duration::format).unwrap_or_default();
    Error::new(ErrorKind::Timeout, format_args!("`{}` did not finish within {limit}", action.name))
}
