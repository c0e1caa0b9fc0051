//! Flows: polled here and nowhere else, until they wait for something that takes time, or end.

use std::task::{Context, Poll, Waker};

use serde::Deserialize;

use super::turn::Turn;
use super::{Live, Object};
use crate::app::ObjectKey;
use crate::effect::{guarded, guarded_for};
use crate::error::{Error, ErrorKind, Result};
use crate::flow::{FlowDef, Trigger};
use crate::journal::{self, Act, Begun, Command, Durability, Run, Stray};
use crate::json::Json;
use crate::rooms;
use crate::store::actions::{self, Action, Kind, Status};

/// What came of polling a flow.
enum Polled {
    /// It waits.
    Waiting,
    /// It ended.
    Done(Result<Json>),
    /// Its journal does not fit this program.
    Parked(Error),
}

impl Object {
    pub(super) fn drive_fresh(&mut self) {
        while rooms::FLOWS
            && let Some(id) = self.fresh.pop_front()
        {
            // If the storage fails, the row stays pending and is taken up when the object is opened anew.
            let driven = self.transact("dotdo", |object, turn| object.drive(turn, &id));
            if let Err(error) = driven
                && error.kind() != ErrorKind::Storage
            {
                self.settle(&id, Err(error.context("the flow could not go on")));
            }
        }
    }

    /// Polls a flow until it waits for something that takes time, or ends.
    pub(super) fn drive(&mut self, turn: &Turn, id: &str) -> Result<()> {
        let Some(mut action) = actions::load(turn.sql(), id)? else {
            return Ok(());
        };
        if !action.is_open() {
            self.live.remove(id);
            return Ok(());
        }
        let actor = format!("Flow/{}/{id}", action.name);
        if action.status == Status::Undoing {
            return turn.on_behalf(Some(actor), Some(id.to_owned()), || {
                self.undo_next(turn, action)
            });
        }
        if matches!(action.status, Status::Pending | Status::Parked) {
            self.live.remove(id);
            if action.status == Status::Pending {
                action.attempts += 1;
                action.status = Status::Running;
                action.started_at = action.started_at.or(Some(turn.now()));
                actions::update(turn.sql(), &action)?;
            }
        }
        let polled = turn.on_behalf(Some(actor), Some(id.to_owned()), || {
            self.poll(turn, &action)
        })?;
        match polled {
            Polled::Waiting => {
                if action.status == Status::Parked {
                    action.status = Status::Running;
                    action.error = None;
                    actions::update(turn.sql(), &action)?;
                    return self.look_back(turn, &action);
                }
                Ok(())
            }
            Polled::Parked(report) => {
                self.live.remove(id);
                if action.status != Status::Parked || action.error.as_ref() != Some(&report) {
                    action.status = Status::Parked;
                    action.error = Some(report);
                    actions::update(turn.sql(), &action)?;
                }
                Ok(())
            }
            Polled::Done(result) => {
                self.live.remove(id);
                self.finish_flow(turn, action, result)
            }
        }
    }

    fn poll(&mut self, turn: &Turn, action: &Action) -> Result<Polled> {
        let (mut live, mut revived) = match self.live.remove(&action.id) {
            Some(live) => (live, false),
            None => match self.revive(turn, action)? {
                Ok(live) => (live, true),
                Err(Revival::Failed(error)) => return Ok(Polled::Done(Err(error))),
                Err(Revival::Parked(report)) => return Ok(Polled::Parked(report)),
            },
        };
        self.touched.push(action.id.clone());
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            live.run.set_now(turn.now());
            let polled = guarded_for(&action.id, || live.future.as_mut().poll(&mut cx));
            // With all that the journal holds, the code must have asked for all that the journal holds.
            if std::mem::take(&mut revived)
                && polled.is_ok()
                && let Some(stray) = live.run.stray()
            {
                return Ok(Polled::Parked(stray.report(action, live.def)));
            }
            Self::keep_undos(turn, &action.id, &live.run)?;
            match polled {
                Err(panic) => return Ok(Polled::Done(Err(panic))),
                Ok(Poll::Ready(result)) => {
                    // What was sent in the last breath counts too.
                    for command in live
                        .run
                        .take_commands()
                        .into_iter()
                        .filter(|c| c.durability == Durability::Send)
                    {
                        journal::perform(turn, &live.run, command)?;
                    }
                    return Ok(Polled::Done(result));
                }
                Ok(Poll::Pending) => {}
            }
            let commands = live.run.take_commands();
            if commands.is_empty() {
                if !live.run.is_waiting() {
                    return Ok(Polled::Done(Err(foreign(live.def, live.run.last()))));
                }
                if !live.run.is_dormant() {
                    self.live.insert(action.id.clone(), live);
                }
                return Ok(Polled::Waiting);
            }
            for command in commands {
                self.obey(turn, &live.run, command)?;
            }
        }
    }

    /// Does what a flow asked for.
    fn obey(&mut self, turn: &Turn, run: &Run, command: Command) -> Result<()> {
        let key = command.key.clone();
        if let Act::Decide { losers, .. } = &command.act {
            let why = format!("another branch of `{key}` has decided");
            self.give_up_branches(turn, run.id(), losers, &why)?;
        }
        if let Act::Wait(expected) = &command.act {
            let expected = expected.clone();
            return self.begin_wait(turn, run, &expected, command);
        }
        let kind = command.act.kind();
        match journal::perform(turn, run, command)? {
            Begun::Done(result) => run.give(&key, result),
            Begun::Waiting => run.wait(&key, kind),
        }
        Ok(())
    }

    /// Makes a flow's future anew and gives it what its journal holds.
    pub(super) fn revive(&self, turn: &Turn, action: &Action) -> Result<Result<Live, Revival>> {
        let Some(def) = self.app.flow(&action.name) else {
            return Ok(Err(Revival::Parked(Stray::report_missing(action))));
        };
        if action.version > def.version {
            let report = Stray::newer(action, def).report(action, def);
            return Ok(Err(Revival::Parked(report)));
        }
        let journal = actions::children(turn.sql(), &action.id)?;
        let run = Run::new(
            action,
            &this_of(&self.key, def, &action.input),
            turn.now(),
            journal,
        );
        let future = guarded_for(&action.id, || {
            (def.start)(run.clone(), action.input.clone())
        });
        Ok(future
            .map(|future| Live { def, run, future })
            .map_err(Revival::Failed))
    }
}

/// Why a flow could not be taken up again.
pub(super) enum Revival {
    /// Its code panicked before it began.
    Failed(Error),
    /// This program cannot follow its journal.
    Parked(Error),
}

impl Revival {
    pub fn error(&self) -> &Error {
        match self {
            Self::Failed(error) | Self::Parked(error) => error,
        }
    }
}

/// The error of a flow that is pending and has asked for nothing.
fn foreign(def: &FlowDef, last: Option<String>) -> Error {
    let place = last.map_or_else(|| "first of all".to_owned(), |key| format!("after `{key}`"));
    Error::internal(format_args!(
        "the flow `{}` ({}:{}) awaits, {place}, something that no context performs; put the work in a `#[durable]` step and run it with `cx.run(..)`",
        def.name, def.at.0, def.at.1
    ))
}

impl Act {
    /// The kind of entry it becomes.
    const fn kind(&self) -> Kind {
        use crate::effect::Deed;
        match self {
            Self::Deed(Deed::Flow(..)) => Kind::Flow,
            Self::Deed(Deed::Ask(_)) => Kind::Ask,
            Self::Deed(Deed::Call(_) | Deed::Find(_) | Deed::Count(_)) => Kind::Call,
            // A name may be a flow's, but a step is the safe guess: it is kept in memory.
            Self::Deed(Deed::Step(..) | Deed::Named(..)) => Kind::Step,
            Self::Sleep(_) | Self::Until(_) => Kind::Sleep,
            Self::Wait(_) => Kind::Wait,
            Self::Now | Self::Random | Self::Decide { .. } | Self::Emit { .. } => Kind::Value,
        }
    }
}

/// The key a flow knows itself by: in the tenant's object, a flow of a row's `impl` is about the row that its event
/// is about.
pub(crate) fn this_of(key: &ObjectKey, def: &'static FlowDef, input: &Json) -> ObjectKey {
    #[derive(Deserialize)]
    struct Subject {
        noun: String,
        subject: String,
    }
    let (Some(noun), Trigger::On(route), None) = (def.noun, &def.trigger, &key.thing) else {
        return key.clone();
    };
    let id = match route.to {
        Some(to) => guarded(|| to(input)).and_then(|id| id).ok(),
        None => input
            .read::<Subject>()
            .ok()
            .filter(|s| s.noun == noun)
            .map(|s| s.subject),
    };
    ObjectKey {
        tenant: key.tenant.clone(),
        thing: id.map(|id| (noun.to_owned(), id)),
    }
}
