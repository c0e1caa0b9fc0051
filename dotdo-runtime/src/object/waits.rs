//! Flows that wait for events: of this object, or of another that tells of them.

use std::task::{Context, Waker};

use serde::{Deserialize, Serialize};

use super::Object;
use super::turn::Turn;
use crate::app::ObjectKey;
use crate::effect::{guarded, guarded_for};
use crate::error::{Error, ErrorKind, Result};
use crate::event::DomainEvent;
use crate::flow::Trigger;
use crate::journal::{self, Command, Expected, Run, TIMED_OUT, Wanted};
use crate::json::Json;
use crate::store::actions::{self, Action, Kind, Status};
use crate::store::{events, outbox, watches};
use crate::stub::Op;

/// What the journal keeps of a wait.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wait {
    noun: String,
    verb: String,
    subject: String,
    /// Events from here on count, in microseconds.
    since: i64,
    /// The object that tells of them, if it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    home: Option<ObjectKey>,
}

fn name(noun: &str, verb: &str) -> String {
    format!("{noun}::{verb}")
}

impl Object {
    /// Begins to wait. What has happened already is found now.
    pub(super) fn begin_wait(
        &mut self,
        turn: &Turn,
        run: &Run,
        expected: &Expected,
        command: Command,
    ) -> Result<()> {
        let key = command.key.clone();
        let flow = actions::load(turn.sql(), run.id())?
            .ok_or_else(|| Error::internal("a wait without a flow"))?;
        let mut action = Action {
            kind: Kind::Wait,
            name: name(expected.noun, expected.verb),
            target: expected.subject.clone(),
            parent: Some(run.id().to_owned()),
            key: Some(key.clone()),
            schema: command.schema,
            options: command.options,
            status: Status::Running,
            attempts: 1,
            started_at: Some(turn.now()),
            ..Action::new(turn)
        };
        let home = match self.home_of(expected) {
            Ok(home) => home,
            Err(error) => {
                actions::insert(turn.sql(), &action)?;
                let result = journal::settle(turn, &mut action, Err(error))?;
                run.give(&key, result.unwrap_or_else(|| Ok(Json::null())));
                return Ok(());
            }
        };
        let since = if expected.from_now {
            turn.micros()
        } else {
            flow.created_at.timestamp_micros()
        };
        let wait = Wait {
            noun: expected.noun.to_owned(),
            verb: expected.verb.to_owned(),
            subject: expected.subject.clone(),
            since,
            home: home.clone(),
        };
        action.input = Json::of(&wait)?;
        action.deadline = action.options.within.map(|limit| {
            let limit = i64::try_from(limit.as_micros()).unwrap_or(i64::MAX);
            turn.micros().saturating_add(limit)
        });
        if !actions::insert(turn.sql(), &action)? {
            return Err(Error::internal(format_args!(
                "the journal has `{key}` already"
            )));
        }
        run.wait(&key, Kind::Wait);
        match home {
            Some(home) => {
                let op = Op::Watch {
                    wait: action.id.clone(),
                    noun: wait.noun,
                    verb: wait.verb,
                    subject: wait.subject,
                    since,
                    to: turn.key().clone(),
                };
                let id = format!("watch/{}", action.id);
                outbox::put(turn, &id, &id, &home, vec![op], None)
            }
            None if expected.from_now => Ok(()),
            None => {
                if let Some(event) = past(turn, &flow, &wait, &expected.wanted)? {
                    let result = journal::settle(turn, &mut action, Ok(event))?;
                    run.give(&key, result.unwrap_or_else(|| Ok(Json::null())));
                }
                Ok(())
            }
        }
    }

    /// The object that has the events, if it is another.
    fn home_of(&self, expected: &Expected) -> Result<Option<ObjectKey>> {
        let tenant = &self.key.tenant;
        let home = if !self.app.is_object(expected.noun) {
            ObjectKey::tenant(tenant.clone())
        } else if !expected.subject.is_empty() {
            ObjectKey::thing(tenant.clone(), expected.noun, &expected.subject)
        } else if self.key.noun() == Some(expected.noun) {
            self.key.clone()
        } else {
            return Err(Error::invalid(format_args!(
                "each {} is an object of its own and tells of its own events; say which one is meant: `cx.wait_for({}::{}).of(id)`",
                expected.noun, expected.noun, expected.verb
            )));
        };
        Ok((home != self.key).then_some(home))
    }

    /// Hands the events of this turn to the flows of this object that wait for them.
    pub(super) fn hand_over_events(&mut self, turn: &Turn) -> Result<()> {
        loop {
            let emitted = std::mem::take(&mut turn.after().emitted);
            if emitted.is_empty() {
                return Ok(());
            }
            for event in emitted {
                let name = name(&event.noun, &event.verb);
                for id in actions::waits(turn.sql(), &name, &event.subject)? {
                    if let Some(action) = actions::load(turn.sql(), &id)? {
                        self.offer(turn, &action, &Json::of(&event)?)?;
                    }
                }
            }
        }
    }

    /// Another object tells of an event that a flow here waits for.
    pub(super) fn happened(&mut self, turn: &Turn, wait: &str, event: &Json) -> Result<()> {
        let Some(action) = actions::load(turn.sql(), wait)?.filter(Action::is_open) else {
            return Ok(());
        };
        if self.offer(turn, &action, event)? {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Overloaded,
            "the flow that waits for this is parked",
        ))
    }

    /// Gives an event to a wait, if it is one that it wants. False if the flow cannot be asked.
    fn offer(&mut self, turn: &Turn, action: &Action, event: &Json) -> Result<bool> {
        let (Some(parent), Some(key)) = (&action.parent, &action.key) else {
            return Ok(true);
        };
        let Some(flow) = actions::load(turn.sql(), parent)? else {
            return Ok(true);
        };
        let Some(wanted) = self.wanted(turn, &flow, key)? else {
            return Ok(!flow.is_open());
        };
        if is_new(turn, &flow, event)? && wants(&wanted, event) {
            self.settle_in(turn, &action.id, Ok(event.clone()))?;
        }
        Ok(true)
    }

    /// What the code of a flow says it waits for under a key.
    fn wanted(&mut self, turn: &Turn, flow: &Action, key: &str) -> Result<Option<Wanted>> {
        if let Some(live) = self.live.get(&flow.id) {
            return Ok(live.run.wanted(key));
        }
        let Ok(mut live) = self.revive(turn, flow)? else {
            return Ok(None);
        };
        // Nothing that it asks for on the way is done.
        let mut cx = Context::from_waker(Waker::noop());
        let _ = guarded_for(&flow.id, || live.future.as_mut().poll(&mut cx).is_ready());
        Ok(live.run.wanted(key))
    }

    /// Looks once more for what happened while a flow was parked.
    pub(super) fn look_back(&mut self, turn: &Turn, flow: &Action) -> Result<()> {
        for action in actions::children(turn.sql(), &flow.id)? {
            if action.kind != Kind::Wait || !action.is_open() {
                continue;
            }
            let wait: Wait = action.input.read()?;
            let key = action.key.as_deref().unwrap_or_default();
            if wait.home.is_none()
                && let Some(wanted) = self.wanted(turn, flow, key)?
                && let Some(event) = past(turn, flow, &wait, &wanted)?
            {
                return self.settle_in(turn, &action.id, Ok(event));
            }
        }
        Ok(())
    }

    /// The time of a wait is up.
    pub(super) fn wait_timed_out(&mut self, turn: &Turn, id: &str) -> Result<()> {
        self.settle_in(turn, id, Json::of(TIMED_OUT))
    }
}

fn wants(wanted: &Wanted, event: &Json) -> bool {
    // An error and a panic mean that it is none that was meant, as they do in the filter of a handler.
    matches!(guarded(|| wanted(event)), Ok(Ok(true)))
}

/// The id of an event.
fn id_of(event: &Json) -> Option<String> {
    #[derive(Deserialize)]
    struct Id {
        id: String,
    }
    event.read::<Id>().ok().map(|event| event.id)
}

/// Whether a flow has not been given this event: neither did it start by it, nor has it waited for it before.
fn is_new(turn: &Turn, flow: &Action, event: &Json) -> Result<bool> {
    let id = id_of(event);
    let app = turn.app();
    let started = app
        .flow(&flow.name)
        .is_some_and(|def| matches!(def.trigger, Trigger::On(_)))
        && id_of(&flow.input) == id;
    if started {
        return Ok(false);
    }
    let taken = actions::children(turn.sql(), &flow.id)?
        .into_iter()
        .filter(|child| child.kind == Kind::Wait)
        .any(|child| child.output.as_ref().and_then(id_of) == id);
    Ok(!taken)
}

/// The first event of the log that a wait wants.
fn past(turn: &Turn, flow: &Action, wait: &Wait, wanted: &Wanted) -> Result<Option<Json>> {
    for event in events::since(
        turn.sql(),
        &wait.noun,
        &wait.verb,
        &wait.subject,
        wait.since,
    )? {
        let event = Json::of(&event)?;
        // The ids of one object sort in the order in which they were made.
        let before = wait.since <= flow.created_at.timestamp_micros()
            && id_of(&event).is_some_and(|id| id < flow.id);
        if !before && is_new(turn, flow, &event)? && wants(wanted, &event) {
            return Ok(Some(event));
        }
    }
    Ok(None)
}

/// A flow of another object begins to wait for an event of this one.
pub(super) fn watch(
    turn: &Turn,
    wait: &str,
    (noun, verb, subject): (&str, &str, &str),
    since: i64,
    to: &ObjectKey,
) -> Result<()> {
    watches::put(turn.sql(), wait, (noun, verb, subject), to)?;
    for event in events::since(turn.sql(), noun, verb, subject, since)? {
        tell(turn, wait, to, &event)?;
    }
    Ok(())
}

/// Tells the flows of other objects that wait for an event.
pub(crate) fn tell_watchers(turn: &Turn, event: &DomainEvent) -> Result<()> {
    for (wait, to) in watches::of(turn.sql(), event)? {
        tell(turn, &wait, &to, event)?;
    }
    Ok(())
}

fn tell(turn: &Turn, wait: &str, to: &ObjectKey, event: &DomainEvent) -> Result<()> {
    let op = Op::Happened {
        wait: wait.to_owned(),
        event: Json::of(event)?,
    };
    let id = format!("happened/{wait}/{}", event.id);
    outbox::put(turn, &id, &id, to, vec![op], None)
}

/// Nobody waits any more: the object that tells of the events may stop.
pub(crate) fn end_wait(turn: &Turn, action: &Action) -> Result<()> {
    let wait: Option<Wait> = action.input.read().ok();
    let Some(home) = wait.and_then(|wait| wait.home) else {
        return Ok(());
    };
    let op = Op::Unwatch {
        wait: action.id.clone(),
    };
    let id = format!("unwatch/{}", action.id);
    outbox::put(turn, &id, &id, &home, vec![op], None)
}
