//! The end of a flow that did not go well: what it waits for is given up, and what it did is undone.

use std::task::{Context, Waker};

use dotdo_core::order::sort_by;

use super::turn::Turn;
use super::{Object, Output};
use crate::effect::{Options, guarded_for};
use crate::error::{Error, Result};
use crate::journal::{self, Begun, Durability, Run, Undo};
use crate::json::Json;
use crate::planted::{self, Bug};
use crate::store::actions::{self, Action, Kind, Status};
use crate::store::{letters, outbox};

impl Object {
    /// Ends a flow with what its code gave, or with what stopped it.
    pub(super) fn finish_flow(
        &mut self,
        turn: &Turn,
        mut action: Action,
        result: Result<Json>,
    ) -> Result<()> {
        let fails = matches!(&result, Err(error) if journal::is_final(turn, &action, error));
        if fails || result.is_ok() {
            actions::mark_ended(turn.sql(), &action.id)?;
            // Whatever the code has dropped: nobody waits for it.
            let why = format!("the flow `{}` has ended", action.name);
            self.cancel_children(turn, &action.id, "", &why)?;
        }
        if let (Err(error), true) = (&result, fails && !planted::is(Bug::UndoForgotten))
            && actions::children(turn.sql(), &action.id)?
                .iter()
                .any(|child| child.options.undo && !is_undone(child))
        {
            action.status = Status::Undoing;
            action.error = Some(error.clone().exhausted());
            action.due = None;
            action.deadline = None;
            actions::update(turn.sql(), &action)?;
            let actor = format!("Flow/{}/{}", action.name, action.id);
            return turn.on_behalf(Some(actor), Some(action.id.clone()), || {
                self.undo_next(turn, action)
            });
        }
        if let Some(result) = journal::settle(turn, &mut action, result)? {
            self.tell_parent(turn, &action, result)?;
        }
        Ok(())
    }

    /// Ends a flow from outside.
    pub(super) fn stop_flow(&mut self, turn: &Turn, action: Action, error: Error) -> Result<()> {
        self.live.remove(&action.id);
        self.finish_flow(turn, action, Err(error.exhausted()))
    }

    // ---- giving up ----

    /// Gives up what a flow waits for, as far as its key begins with `scope`. A step that can be undone goes on: only
    /// with its result it is known how.
    pub(super) fn cancel_children(
        &mut self,
        turn: &Turn,
        flow: &str,
        scope: &str,
        why: &str,
    ) -> Result<()> {
        if planted::is(Bug::LoserNotCancelled) {
            return Ok(());
        }
        for child in actions::children(turn.sql(), flow)? {
            let key = child.key.as_deref().unwrap_or_default();
            let concerned = key.starts_with(scope) && !Undo::is_key(key);
            if concerned
                && child.is_open()
                && child.durability != Durability::Send
                && !child.options.undo
            {
                self.cancel(turn, child, why)?;
            }
        }
        Ok(())
    }

    pub(super) fn cancel(&mut self, turn: &Turn, mut action: Action, why: &str) -> Result<()> {
        if let Some(attempt) = self.steps.remove(&action.id) {
            self.outputs.push(Output::Cancel {
                action: action.id.clone(),
                attempt,
            });
        }
        turn.after().steps.retain(|step| step.action != action.id);
        outbox::remove_of(turn.sql(), &action.id)?;
        let error = Error::permanent(why);
        if action.kind == Kind::Flow {
            if action.status == Status::Undoing {
                return Ok(());
            }
            action.options.cancelled = true;
            actions::set_options(turn.sql(), &action.id, &action.options)?;
            return self.stop_flow(turn, action, journal::given_up(&error));
        }
        journal::close(turn, &mut action, &error)
    }

    /// Gives up the branches that lost: what they wait for is cancelled, and what they did is undone.
    pub(super) fn give_up_branches(
        &mut self,
        turn: &Turn,
        flow: &str,
        losers: &[String],
        why: &str,
    ) -> Result<()> {
        for scope in losers {
            self.cancel_children(turn, flow, scope, why)?;
        }
        let mut lost: Vec<_> = actions::children(turn.sql(), flow)?
            .into_iter()
            .filter(|child| {
                let key = child.key.as_deref().unwrap_or_default();
                child.options.undo && losers.iter().any(|scope| key.starts_with(scope.as_str()))
            })
            .collect();
        sort_by(&mut lost, |a, b| {
            (b.completed_at, &b.id).cmp(&(a.completed_at, &a.id))
        });
        for child in lost {
            actions::abandon(turn.sql(), &child)?;
            if child.undo.is_some() {
                start_undo(turn, flow, &child)?;
            }
        }
        Ok(())
    }

    // ---- undoing ----

    /// Writes down how what a flow did can be undone.
    pub(super) fn keep_undos(turn: &Turn, flow: &str, run: &Run) -> Result<()> {
        for (key, undo) in run.take_undos() {
            actions::set_undo(turn.sql(), flow, &key, &undo)?;
            if let Some(child) = actions::entry(turn.sql(), flow, &key)?
                && child.options.abandoned
            {
                start_undo(turn, flow, &child)?;
            }
        }
        Ok(())
    }

    /// Asks the code how to undo what was done after it had stopped to look.
    pub(super) fn find_undos(&mut self, turn: &Turn, flow: &Action) -> Result<()> {
        let unknown = actions::children(turn.sql(), &flow.id)?
            .into_iter()
            .any(|child| child.options.undo && child.undo.is_none() && is_done(&child));
        if !unknown {
            return Ok(());
        }
        if let Ok(mut live) = self.revive(turn, flow)? {
            // What the code asks for now is of no interest; how to undo what it asked for earlier is.
            let mut cx = Context::from_waker(Waker::noop());
            let _ = guarded_for(&flow.id, || live.future.as_mut().poll(&mut cx).is_ready());
            Self::keep_undos(turn, &flow.id, &live.run)?;
        }
        Ok(())
    }

    /// Undoes the last thing that is not undone yet, or ends the flow.
    pub(super) fn undo_next(&mut self, turn: &Turn, mut flow: Action) -> Result<()> {
        self.find_undos(turn, &flow)?;
        loop {
            let journal = actions::children(turn.sql(), &flow.id)?;
            let under_way = journal.iter().any(|child| {
                let key = child.key.as_deref().unwrap_or_default();
                child.is_open() && (child.options.undo || Undo::is_key(key))
            });
            if under_way {
                return Ok(());
            }
            let next = journal
                .iter()
                .filter(|child| child.options.undo && is_done(child))
                .filter(|child| {
                    let key = Undo::key(child.key.as_deref().unwrap_or_default());
                    !journal
                        .iter()
                        .any(|other| other.key.as_deref() == Some(&key))
                })
                .max_by_key(|child| (child.completed_at, child.id.clone()));
            let Some(child) = next else { break };
            if let Begun::Waiting = start_undo(turn, &flow.id, child)? {
                return Ok(());
            }
        }
        let error = flow
            .error
            .clone()
            .unwrap_or_else(|| Error::internal("it failed, but why was not recorded"));
        if let Some(result) = journal::settle(turn, &mut flow, Err(error))? {
            self.tell_parent(turn, &flow, result)?;
        }
        Ok(())
    }
}

fn is_done(child: &Action) -> bool {
    child.status == Status::Completed
}

/// Whether there is nothing to be undone: it failed, or was given up before it was done.
fn is_undone(child: &Action) -> bool {
    matches!(child.status, Status::Failed | Status::Cancelled)
}

/// Begins to undo one thing. What cannot be undone is a dead letter with all that is needed to do it by hand.
fn start_undo(turn: &Turn, flow: &str, child: &Action) -> Result<Begun> {
    let key = Undo::key(child.key.as_deref().unwrap_or_default());
    if actions::entry(turn.sql(), flow, &key)?.is_some() {
        return Ok(Begun::Done(Ok(Json::null())));
    }
    let undo = child.undo.clone();
    let options = undo
        .as_ref()
        .map_or_else(Options::default, |undo| undo.options.clone());
    let deed = undo.map_or_else(
        || {
            Err(Error::permanent(format_args!(
                "this program does not know how to undo `{}`",
                child.name
            )))
        },
        Undo::deed,
    );
    let error = match deed {
        Ok(deed) => {
            if planted::is(Bug::DoubleUndo) {
                let key = format!("{key}/again");
                let (deed, options) = (deed.clone(), options.clone());
                journal::begin(turn, deed, options, Durability::Run, flow, &key)?;
            }
            return journal::begin(turn, deed, options, Durability::Run, flow, &key);
        }
        Err(error) => error,
    };
    let mut action = Action {
        kind: Kind::Value,
        name: Undo::key(&child.name),
        parent: Some(flow.to_owned()),
        key: Some(key),
        input: journal::by_hand(turn, child)?,
        attempts: 1,
        ..Action::new(turn)
    };
    actions::insert(turn.sql(), &action)?;
    journal::settle(turn, &mut action, Err(error.exhausted()))?;
    debug_assert!(
        letters::is_there(turn.sql(), &action.id)?,
        "what was not undone is told"
    );
    Ok(Begun::Done(Ok(Json::null())))
}
