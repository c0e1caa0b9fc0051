//! Flows steered from outside: looked at, ended, tried again, run anew.

use dotdo_core::order::sort_by;

use super::Object;
use super::turn::Turn;
use crate::control::{FlowAct, Trail};
use crate::error::{Error, Result};
use crate::journal::{Durability, Undo};
use crate::json::Json;
use crate::people::person;
use crate::store::actions::{self, Action, Kind, Status};
use crate::store::{instant, letters};
use crate::stub::Op;

impl Object {
    /// Does something with a run of a flow, and gives its journal as it is then.
    pub(super) fn flow_act(&mut self, turn: &Turn, id: &str, act: &FlowAct) -> Result<Json> {
        let flow = actions::load(turn.sql(), id)?
            .filter(|action| action.kind == Kind::Flow)
            .ok_or_else(|| {
                Error::not_found(format_args!(
                    "there is no flow `{id}` here; `/$flows` lists those there are"
                ))
            })?;
        match act {
            FlowAct::Show => {}
            FlowAct::Cancel { reason } => self.cancel_flow(turn, flow, reason.as_deref())?,
            FlowAct::Retry => self.retry(turn, flow)?,
            FlowAct::Rerun { from, repeat } => self.rerun(turn, flow, from.as_deref(), *repeat)?,
        }
        let flow = actions::load(turn.sql(), id)?
            .ok_or_else(|| Error::internal(format_args!("the flow `{id}` is gone")))?;
        Json::of(&trail(turn, flow)?)
    }

    fn cancel_flow(&mut self, turn: &Turn, mut flow: Action, reason: Option<&str>) -> Result<()> {
        if !flow.is_open() {
            return Err(ended(&flow, "there is nothing to cancel"));
        }
        expect_not_undoing(&flow)?;
        let actor = turn.actor();
        let mut why = format!("`{}` was cancelled by {}", flow.name, person(&actor));
        if let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) {
            why = format!("{why}: {reason}");
        }
        actions::mark_ended(turn.sql(), &flow.id)?;
        self.cancel_children(turn, &flow.id, "", &why)?;
        flow.options.cancelled = true;
        actions::set_options(turn.sql(), &flow.id, &flow.options)?;
        self.stop_flow(turn, flow, Error::cancelled(why))
    }

    fn retry(&mut self, turn: &Turn, flow: Action) -> Result<()> {
        match flow.status {
            Status::Completed => Err(ended(&flow, "there is nothing to try again")),
            Status::Failed | Status::Cancelled => {
                expect_own(&flow, "retry")?;
                let stopped = stopped(turn, &flow.id)?;
                self.begin_anew(turn, flow, &stopped)
            }
            Status::Parked => {
                self.drive(turn, &flow.id)?;
                match actions::load(turn.sql(), &flow.id)? {
                    Some(Action {
                        status: Status::Parked,
                        error: Some(report),
                        ..
                    }) => Err(Error::refused(report.message())),
                    _ => Ok(()),
                }
            }
            Status::Undoing | Status::Pending | Status::Running | Status::Retrying => {
                let name = flow.name.clone();
                let waiting = actions::children(turn.sql(), &flow.id)?
                    .into_iter()
                    .chain([flow.clone()])
                    .filter(|action| action.status == Status::Retrying)
                    .collect::<Vec<_>>();
                if waiting.is_empty() {
                    return Err(Error::refused(format_args!(
                        "nothing of `{name}` waits to be tried again; it is {}",
                        waits_for(turn, &flow)?
                    )));
                }
                for mut action in waiting {
                    action.due = Some(turn.micros());
                    actions::update(turn.sql(), &action)?;
                    self.due(turn, &action.id)?;
                }
                Ok(())
            }
        }
    }

    fn rerun(&mut self, turn: &Turn, flow: Action, from: Option<&str>, repeat: bool) -> Result<()> {
        expect_own(&flow, "rerun")?;
        expect_not_undoing(&flow)?;
        let journal = entries(turn, &flow.id)?;
        let start = match from {
            None => 0,
            Some(key) => journal
                .iter()
                .position(|entry| entry.key.as_deref() == Some(key))
                .ok_or_else(|| no_such_step(&flow, key, &journal))?,
        };
        let (kept, forgotten) = journal.split_at(start);
        if let Some(entry) = kept.iter().find(|entry| is_undone(entry, &journal)) {
            let key = entry.key.as_deref().unwrap_or_default();
            return Err(Error::refused(format_args!(
                "`{key}` was undone, so nothing can go on from it; run `{}` anew from there, or from before",
                flow.name
            )));
        }
        if let Some(entry) = forgotten
            .iter()
            .find(|entry| entry.is_open() && entry.options.undo)
        {
            let key = entry.key.as_deref().unwrap_or_default();
            return Err(Error::refused(format_args!(
                "`{key}` is under way, and nobody would undo what comes of it; wait for it, or cancel the flow first"
            )));
        }
        let again = usize::from(from.is_some());
        let done: Vec<&str> = forgotten
            .iter()
            .skip(again)
            .filter(|entry| has_effect(entry) && !is_undone(entry, &journal))
            .filter_map(|entry| entry.key.as_deref())
            .collect();
        if !done.is_empty() && !repeat {
            return Err(Error::refused(format_args!(
                "`{}` would be done a second time, with new keys; if that is what is wanted, say `repeat`",
                done.join("`, `")
            )));
        }
        let why = format!("`{}` was run anew by {}", flow.name, person(&turn.actor()));
        let mut without: Vec<String> = forgotten.iter().map(|entry| entry.id.clone()).collect();
        // A flow that waits is stopped first. What it waits for is done anew, wherever it stands.
        actions::mark_ended(turn.sql(), &flow.id)?;
        for entry in &journal {
            if entry.is_open() && entry.durability != Durability::Send {
                self.cancel(turn, entry.clone(), &why)?;
                without.push(entry.id.clone());
            }
        }
        self.begin_anew(turn, flow, &without)
    }

    /// Lets a flow go on as this program has it, without these entries of its journal.
    fn begin_anew(&mut self, turn: &Turn, mut flow: Action, without: &[String]) -> Result<()> {
        let def = turn.app().flow(&flow.name).ok_or_else(|| {
            Error::refused(format_args!(
                "this program has no flow named `{}`",
                flow.name
            ))
        })?;
        self.live.remove(&flow.id);
        forget(turn, &flow.id, without)?;
        letters::taken_up(turn.sql(), &flow.id, turn.micros())?;
        flow.version = def.version;
        flow.status = Status::Pending;
        flow.attempts = 0;
        flow.output = None;
        flow.error = None;
        flow.completed_at = None;
        flow.due = None;
        flow.options.cancelled = false;
        actions::set_options(turn.sql(), &flow.id, &flow.options)?;
        let limit = flow.options.within.or(def.policy.timeout);
        flow.deadline = limit.map(|limit| {
            turn.micros()
                .saturating_add(i64::try_from(limit.as_micros()).unwrap_or(i64::MAX))
        });
        actions::update(turn.sql(), &flow)?;
        turn.after().flows.push(flow.id);
        Ok(())
    }
}

/// The journal of a flow in the order in which it was written.
fn entries(turn: &Turn, flow: &str) -> Result<Vec<Action>> {
    let mut journal = actions::children(turn.sql(), flow)?;
    sort_by(&mut journal, |a, b| a.id.cmp(&b.id));
    Ok(journal)
}

/// Takes entries out of a journal. They stay on record under a parent that names the flow.
pub(super) fn forget(turn: &Turn, flow: &str, ids: &[String]) -> Result<()> {
    let under = format!("$forgotten/{flow}/{}", turn.new_id());
    actions::forget(turn.sql(), flow, ids, &under)
}

/// What a flow that has ended does anew when it goes on: what failed or was cancelled, and, if anything was undone,
/// everything from the first that was.
pub(super) fn stopped(turn: &Turn, flow: &str) -> Result<Vec<String>> {
    let journal = entries(turn, flow)?;
    let undone = journal
        .iter()
        .position(|entry| is_undone(entry, &journal))
        .unwrap_or(journal.len());
    Ok(journal
        .iter()
        .enumerate()
        .filter(|(place, entry)| {
            *place >= undone || matches!(entry.status, Status::Failed | Status::Cancelled)
        })
        .map(|(_, entry)| entry.id.clone())
        .collect())
}

/// Whether what an entry did has been undone.
fn is_undone(entry: &Action, journal: &[Action]) -> bool {
    let undo = Undo::key(entry.key.as_deref().unwrap_or_default());
    journal
        .iter()
        .any(|other| other.key.as_deref() == Some(undo.as_str()))
}

/// The tree of an action and everything that is part of it.
fn trail(turn: &Turn, action: Action) -> Result<Trail> {
    let journal = entries(turn, &action.id)?
        .into_iter()
        .map(|child| trail(turn, child))
        .collect::<Result<_>>()?;
    Ok(Trail {
        due: action.due.map(instant),
        deadline: action.deadline.map(instant),
        action,
        journal,
    })
}

fn ended(flow: &Action, so: &str) -> Error {
    let at = flow
        .completed_at
        .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
        .unwrap_or_default();
    Error::refused(format_args!(
        "`{}` has been {} since {at}; {so}",
        flow.name,
        flow.status.word()
    ))
}

fn expect_not_undoing(flow: &Action) -> Result<()> {
    if flow.status == Status::Undoing {
        return Err(Error::refused(format_args!(
            "`{}` has failed, and what it did is being undone; wait for that",
            flow.name
        )));
    }
    Ok(())
}

/// A child's result is in its parent's journal already, so only the parent can be run anew.
fn expect_own(flow: &Action, act: &str) -> Result<()> {
    match (&flow.parent, &flow.key) {
        (Some(parent), Some(key))
            if !parent.starts_with('$') && flow.durability != Durability::Send =>
        {
            Err(Error::refused(format_args!(
                "`{}` is part of the flow `{parent}`; {act} that one from `{key}`",
                flow.name
            )))
        }
        _ => Ok(()),
    }
}

/// Whether an entry has changed something, here or outside, and would change it again.
fn has_effect(entry: &Action) -> bool {
    let is_undo = entry.key.as_deref().is_some_and(Undo::is_key);
    if entry.status != Status::Completed || is_undo {
        return false;
    }
    match entry.kind {
        Kind::Verb | Kind::Flow | Kind::Step => true,
        Kind::Call => !entry
            .input
            .read::<Vec<Op>>()
            .is_ok_and(|ops| ops.iter().all(Op::is_read)),
        // An event that was emitted stays emitted.
        Kind::Value => entry.name.starts_with("emit "),
        Kind::Sleep | Kind::Ask | Kind::Wait => false,
    }
}

fn no_such_step(flow: &Action, key: &str, journal: &[Action]) -> Error {
    let keys: Vec<&str> = journal
        .iter()
        .filter_map(|entry| entry.key.as_deref())
        .collect();
    let hint = match dotdo_core::nearest(key, keys.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if keys.is_empty() => "it has none yet".to_owned(),
        None => format!("it has {}", keys.join(", ")),
    };
    Error::invalid_field(
        "from",
        format_args!(
            "the journal of `{}` has no entry `{key}`; {hint}",
            flow.name
        ),
    )
}

fn waits_for(turn: &Turn, flow: &Action) -> Result<String> {
    let open: Vec<String> = actions::children(turn.sql(), &flow.id)?
        .into_iter()
        .filter(Action::is_open)
        .filter_map(|child| child.key)
        .collect();
    Ok(if open.is_empty() {
        flow.status.word().to_owned()
    } else {
        format!("waiting for `{}`", open.join("`, `"))
    })
}
