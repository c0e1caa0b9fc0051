//! From what a flow or verb asks for to rows in the journal, and from what came of it to what the flow sees.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::command::deed_name;
use super::run::given_up;
use super::{Act, Command, Durability, Run, Undo};
use crate::effect::{Deed, Options, Policy, StepKey};
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::object::StepStart;
use crate::object::perform::perform_local;
use crate::object::turn::Turn;
use crate::object::{breaker, people, waits};
use crate::planted::{self, Bug};
use crate::rooms;
use crate::store::actions::{self, Action, Kind, Status};
use crate::store::{letters, outbox};
use crate::stub::Op;

/// What became of a command at once.
pub(crate) enum Begun {
    /// There is a result already.
    Done(Result<Json>),
    /// There will be one.
    Waiting,
}

/// Writes a flow's command into its journal and sets it going.
pub(crate) fn perform(turn: &Turn, run: &Run, command: Command) -> Result<Begun> {
    let Command {
        key,
        act,
        options,
        durability,
        schema,
    } = command;
    let now = turn.now();
    match act {
        Act::Deed(deed) => {
            let entry = Entry {
                parent: run.id(),
                key: &key,
                schema,
            };
            begin_entry(turn, deed, options, durability, &entry)
        }
        Act::Sleep(duration) => {
            let until = now
                .checked_add_signed(
                    chrono::TimeDelta::from_std(duration).unwrap_or(chrono::TimeDelta::MAX),
                )
                .unwrap_or(DateTime::<Utc>::MAX_UTC);
            sleep(turn, run.id(), &key, until)
        }
        Act::Until(until) => sleep(turn, run.id(), &key, until),
        // The object begins it, which has the flows in its hands.
        Act::Wait(_) => Err(Error::internal("a wait that is begun as an effect")),
        Act::Now => value(turn, run.id(), &key, schema, Json::of(&now)),
        // Its losers were given up by the object, which has the flows and steps in its hands.
        Act::Decide { winner, .. } => value(turn, run.id(), &key, schema, Json::of(&winner)),
        Act::Random => {
            #[allow(
                clippy::cast_possible_truncation,
                reason = "the lower half of a random number is as random"
            )]
            let random = turn.random() as u64;
            value(turn, run.id(), &key, schema, Json::of(&random))
        }
        Act::Emit {
            noun,
            verb,
            subject,
            data,
        } => {
            let emitted =
                data.and_then(|data| turn.nested(|| turn.emit(noun, verb, &subject, data)));
            value(turn, run.id(), &key, schema, emitted.map(|()| Json::null()))
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
fn value(
    turn: &Turn,
    parent: &str,
    key: &str,
    schema: Option<String>,
    result: Result<Json>,
) -> Result<Begun> {
    let mut action = Action {
        kind: Kind::Value,
        name: name_of(key),
        parent: Some(parent.into()),
        key: Some(key.into()),
        schema,
        attempts: 1,
        ..Action::new(turn)
    };
    conclude(turn, &mut action, result.clone());
    actions::insert(turn.sql(), &action)?;
    Ok(Begun::Done(result))
}

fn name_of(key: &str) -> String {
    let key = key.rsplit_once('/').map_or(key, |(_, key)| key);
    key.rsplit_once('#')
        .map_or(key, |(name, _)| name)
        .to_owned()
}

/// Whether a failure is one that somebody meant: a flow was cancelled, or says itself that it comes to nothing.
fn is_cancelled(action: &Action, error: &Error) -> bool {
    action.options.cancelled || (action.kind == Kind::Flow && error.kind() == ErrorKind::Cancelled)
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
            action.status = if is_cancelled(action, &error) {
                Status::Cancelled
            } else {
                Status::Failed
            };
            action.error = Some(error);
        }
    }
}

/// Writes an effect down that is no entry of a flow's code, and sets it going.
pub(crate) fn begin(
    turn: &Turn,
    deed: Deed,
    options: Options,
    durability: Durability,
    parent: &str,
    key: &str,
) -> Result<Begun> {
    let entry = Entry {
        parent,
        key,
        schema: None,
    };
    begin_entry(turn, deed, options, durability, &entry)
}

/// A place in a journal.
struct Entry<'a> {
    parent: &'a str,
    key: &'a str,
    schema: Option<String>,
}

/// Writes an effect down and sets it going: the one way in for `run`, `attempt` and `send`, from flows and verbs.
fn begin_entry(
    turn: &Turn,
    deed: Deed,
    options: Options,
    durability: Durability,
    entry: &Entry<'_>,
) -> Result<Begun> {
    let (parent, key) = (entry.parent, entry.key);
    let refuse = |error: Error| {
        // A verb that sends what cannot be sent fails as a whole; a flow gets the error as the result.
        if durability == Durability::Send {
            Err(error)
        } else {
            value(turn, parent, key, entry.schema.clone(), Err(error))
        }
    };
    if durability == Durability::Send && options.undo {
        return refuse(Error::invalid(
            "what is sent is not awaited, so nobody would know when to undo it; run it with `cx.run(..).await?`",
        ));
    }
    let mut action = Action {
        name: deed_name(&deed),
        target: turn.key().to_string(),
        parent: Some(parent.into()),
        key: Some(key.into()),
        options: options.clone(),
        durability,
        schema: entry.schema.clone(),
        ..Action::new(turn)
    };
    let app = turn.app();
    match deed {
        Deed::Named(name, args) => {
            if let Some(def) = app.step(&name) {
                begin_entry(turn, Deed::Step(def, args), options, durability, entry)
            } else if let Some(def) = app.flow(&name) {
                begin_entry(turn, Deed::Flow(def, args), options, durability, entry)
            } else {
                refuse(Error::not_found(format_args!(
                    "there is no step or flow named `{name}`"
                )))
            }
        }
        Deed::Step(def, args) => {
            if app.step(def.name).is_none() {
                return refuse(Error::internal(format_args!(
                    "the step `{}` ({}:{}) is not listed in `app!`; add it there, so that it can be found again after a restart",
                    def.name, def.at.0, def.at.1
                )));
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
                return refuse(Error::internal(format_args!(
                    "the flow `{}` ({}:{}) is not listed in `app!`; add it there, so that it can be found again after a restart",
                    def.name, def.at.0, def.at.1
                )));
            }
            match args {
                Ok(args) => turn
                    .start_flow(def, args, parent, key, options, durability)
                    .map(|_| Begun::Waiting),
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
        Deed::Ask(_) if durability == Durability::Send => refuse(Error::invalid(
            "nobody would hear the answer: a question is asked by a flow that waits for it, with `cx.run(..).await?`",
        )),
        Deed::Ask(_) if !rooms::PEOPLE => refuse(rooms::lacking("people")),
        Deed::Ask(spec) => match spec.checked() {
            Ok(stored) => match people::check_notify(turn, stored) {
                Ok(()) => people::put_question(turn, action, &spec),
                Err(error) => refuse(error),
            },
            Err(error) => refuse(error),
        },
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
    let until = breaker::admit(turn, action)?;
    if action.options.put_off != until.is_some() {
        action.options.put_off = until.is_some();
        if !is_new {
            actions::set_options(turn.sql(), &action.id, &action.options)?;
        }
    }
    if let Some(until) = until {
        return put_off(turn, action, until, is_new);
    }
    action.attempts += 1;
    action.status = Status::Running;
    action.started_at = action.started_at.or(Some(turn.now()));
    action.due = None;
    action.deadline = limit(turn, action).map(|d| {
        turn.micros()
            .saturating_add(i64::try_from(d.as_micros()).unwrap_or(i64::MAX))
    });
    let mut done = None;
    match action.kind {
        Kind::Step => turn.after().steps.push(StepStart::of(action)),
        Kind::Call => {
            let ops: Vec<Op> = action.input.read()?;
            let local = action.target == turn.key().to_string();
            if local && action.durability != Durability::Send {
                done = perform_local(turn, &action.id, ops)?;
            } else {
                let first = ops
                    .first()
                    .ok_or_else(|| Error::internal("a call without an operation"))?;
                let to = turn.app().home(&turn.key().tenant, first)?;
                // The same at each attempt, so that the other side can tell a repetition.
                let once = action.options.key.as_ref().map_or_else(
                    || action.id.clone(),
                    |key| format!("key/{}/{key}", action.actor),
                );
                outbox::put(turn, &action.id, &once, &to, ops, Some(&action.id))?;
            }
        }
        Kind::Verb | Kind::Flow | Kind::Sleep | Kind::Value | Kind::Ask | Kind::Wait => {
            return Err(Error::internal(format_args!(
                "a {} is not started",
                action.kind.word()
            )));
        }
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
            return Err(Error::internal(format_args!(
                "the journal has `{}` already",
                action.key.as_deref().unwrap_or_default()
            )));
        }
    } else {
        actions::update(turn.sql(), action)?;
    }
    Ok(begun)
}

/// Leaves a step for later, because what it is aimed at is left alone. That is no attempt.
fn put_off(turn: &Turn, action: &mut Action, until: i64, is_new: bool) -> Result<Begun> {
    action.status = if action.attempts == 0 {
        Status::Pending
    } else {
        Status::Retrying
    };
    action.due = Some(until);
    action.deadline = None;
    if is_new {
        actions::insert(turn.sql(), action)?;
    } else {
        actions::update(turn.sql(), action)?;
    }
    Ok(Begun::Waiting)
}

/// Decides what the result of an attempt means: done, failed for good, or to be tried again. Gives the final result.
fn weigh(turn: &Turn, action: &mut Action, result: Result<Json>) -> Result<Option<Result<Json>>> {
    match result {
        Err(error) if !is_final(turn, action, &error) => {
            #[allow(
                clippy::cast_possible_truncation,
                reason = "the lower half of a random number is as random"
            )]
            let delay = policy(turn, action)
                .delay(action.attempts, turn.random() as u64)
                .max(error.wait().unwrap_or_default());
            action.status = Status::Retrying;
            action.due = (!planted::is(Bug::RetryForgotten)).then_some(
                turn.micros()
                    .saturating_add(i64::try_from(delay.as_micros()).unwrap_or(i64::MAX)),
            );
            if action.kind != Kind::Flow {
                action.deadline = None;
            }
            action.error = Some(error);
            Ok(None)
        }
        result => {
            let result = result.map_err(Error::exhausted);
            conclude(turn, action, result.clone());
            let is_undo = action.key.as_deref().is_some_and(Undo::is_key);
            // Nobody failed.
            let ended = matches!(&result, Err(error) if is_cancelled(action, error));
            let awaited = action.durability != Durability::Send
                && action
                    .parent
                    .as_deref()
                    .is_some_and(|p| !p.starts_with('$'));
            if let (Err(error), true) = (&result, is_undo || !awaited && !ended)
                && !planted::is(Bug::LetterNotWritten)
            {
                let input = match is_undo.then(|| undone(turn, action)).transpose()? {
                    Some(Some(child)) => by_hand(turn, &child)?,
                    _ => action.input.clone(),
                };
                letters::put(
                    turn.sql(),
                    &action.id,
                    &action.name,
                    &input,
                    error,
                    action.attempts,
                    turn.micros(),
                )?;
            }
            Ok(Some(result))
        }
    }
}

/// What an undoing was to undo.
fn undone(turn: &Turn, undoing: &Action) -> Result<Option<Action>> {
    match (
        &undoing.parent,
        undoing.key.as_deref().and_then(Undo::of_key),
    ) {
        (Some(flow), Some(key)) => actions::entry(turn.sql(), flow, key),
        _ => Ok(None),
    }
}

/// What an undoing that failed for good leaves behind.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ByHand<'a> {
    flow: Option<&'a str>,
    input: &'a Json,
    key: Option<&'a str>,
    output: Option<&'a Json>,
    run: &'a str,
    step: &'a str,
    step_key: &'a StepKey,
    undo: Option<&'a Undo>,
}

/// All that is needed to undo something by hand.
pub(crate) fn by_hand(turn: &Turn, child: &Action) -> Result<Json> {
    let flow = child.parent.as_deref().unwrap_or_default();
    let name = actions::load(turn.sql(), flow)?.map(|flow| flow.name);
    Json::of(&ByHand {
        flow: name.as_deref(),
        input: &child.input,
        key: child.key.as_deref(),
        output: child.output.as_ref(),
        run: flow,
        step: &child.name,
        step_key: &StepStart::of(child).key,
        undo: child.undo.as_ref(),
    })
}

/// Stores the result of an attempt. Gives the final result, if it is one.
pub(crate) fn settle(
    turn: &Turn,
    action: &mut Action,
    result: Result<Json>,
) -> Result<Option<Result<Json>>> {
    let done = weigh(turn, action, result)?;
    if planted::is(Bug::StepResultNotStored) && action.kind == Kind::Step && done.is_some() {
        return Ok(done);
    }
    actions::update(turn.sql(), action)?;
    if done.is_some() {
        ended(turn, action)?;
    }
    Ok(done)
}

/// Whether an error ends an action, or it will be tried again.
pub(crate) fn is_final(turn: &Turn, action: &Action, error: &Error) -> bool {
    !(error.is_retryable() && action.attempts <= policy(turn, action).retry)
}

/// Gives an action up: nobody waits for it any more.
pub(crate) fn close(turn: &Turn, action: &mut Action, why: &Error) -> Result<()> {
    conclude(turn, action, Err(given_up(why)));
    action.status = Status::Cancelled;
    actions::update(turn.sql(), action)?;
    ended(turn, action)
}

/// What others have noted of an action that is over is put right.
fn ended(turn: &Turn, action: &Action) -> Result<()> {
    match action.kind {
        Kind::Ask if rooms::PEOPLE => people::close_question(turn, action),
        Kind::Wait => waits::end_wait(turn, action),
        _ => Ok(()),
    }
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
    let limit = limit(turn, action)
        .map(dotdo_core::duration::format)
        .unwrap_or_default();
    Error::new(
        ErrorKind::Timeout,
        format_args!("`{}` did not finish within {limit}", action.name),
    )
}
