//! Flows: polled here and nowhere else, until they wait for something that takes time, or end.

use std::task::{Context, Poll, Waker};

use serde::Deserialize;

use super::turn::Turn;
use super::{Live, Object};
use crate::app::ObjectKey;
use crate::effect::guarded;
use crate::error::{Error, ErrorKind, Result};
use crate::flow::{FlowDef, Trigger};
use crate::journal::{self, Begun, Durability, Run};
use crate::json::Json;
use crate::store::actions::{self, Action, Status};

impl Object {
    pub(super) fn drive_fresh(&mut self) {
        while let Some(id) = self.fresh.pop_front() {
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
        if action.status == Status::Pending {
            self.live.remove(id);
            action.status = Status::Running;
            action.attempts += 1;
            action.started_at = action.started_at.or(Some(turn.now()));
            actions::update(turn.sql(), &action)?;
        }
        let actor = format!("Flow/{}/{id}", action.name);
        let result = turn.on_behalf(Some(actor), Some(id.to_owned()), || {
            self.poll(turn, &action)
        })?;
        let Some(result) = result else { return Ok(()) };
        self.live.remove(id);
        // A panic repeats itself, so it is not retried.
        if let Some(result) = journal::settle(turn, &mut action, result)? {
            self.tell_parent(turn, &action, result)?;
        }
        Ok(())
    }

    fn poll(&mut self, turn: &Turn, action: &Action) -> Result<Option<Result<Json>>> {
        let mut live = match self.live.remove(&action.id) {
            Some(live) => live,
            None => match self.revive(turn, action)? {
                Ok(live) => live,
                Err(error) => return Ok(Some(Err(error))),
            },
        };
        self.touched.push(action.id.clone());
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            live.run.set_now(turn.now());
            match guarded(|| live.future.as_mut().poll(&mut cx)) {
                Err(panic) => return Ok(Some(Err(panic))),
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
                    return Ok(Some(result));
                }
                Ok(Poll::Pending) => {}
            }
            let commands = live.run.take_commands();
            if commands.is_empty() {
                if !live.run.is_waiting() {
                    return Ok(Some(Err(Error::internal(format_args!(
                        "the flow `{}` awaits something that no context performs; put the work in a `#[durable]` step and run it with `cx.run(..)`",
                        action.name
                    )))));
                }
                self.live.insert(action.id.clone(), live);
                return Ok(None);
            }
            for command in commands {
                let key = command.key.clone();
                match journal::perform(turn, &live.run, command)? {
                    Begun::Done(result) => live.run.give(&key, result),
                    Begun::Waiting => live.run.wait(&key),
                }
            }
        }
    }

    /// Makes a flow's future anew and gives it what its journal holds.
    pub(super) fn revive(&self, turn: &Turn, action: &Action) -> Result<Result<Live>> {
        let Some(def) = self.app.flow(&action.name) else {
            return Ok(Err(Error::permanent(format_args!(
                "this program has no flow named `{}`; bring it back, then replay the dead letter",
                action.name
            ))));
        };
        if action.version != def.version {
            return Ok(Err(Error::permanent(format_args!(
                "the journal of `{}` was begun by version {} of the function, and this program has version {} ({}:{}); \
                 replay the dead letter to go on with the new one, or bring the old one back",
                action.name, action.version, def.version, def.at.0, def.at.1
            ))));
        }
        let journal = actions::children(turn.sql(), &action.id)?;
        let run = Run::new(
            &action.id,
            &this_of(&self.key, def, &action.input),
            turn.now(),
            journal,
        );
        let future = guarded(|| (def.start)(run.clone(), action.input.clone()));
        Ok(future.map(|future| Live { run, future }))
    }
}

/// The key a flow knows itself by: in the tenant's object, a flow of a row's `impl` is about the row that its event
/// is about.
fn this_of(key: &ObjectKey, def: &'static FlowDef, input: &Json) -> ObjectKey {
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
