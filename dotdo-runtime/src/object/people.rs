//! Asks: how a question to somebody is put, how time passes for it, and what people do with it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::turn::Turn;
use super::{Answer, Object};
use crate::effect::{Deed, Options};
use crate::error::{Error, ErrorKind, Result};
use crate::form::FormDef;
use crate::journal::{self, Begun, Durability};
use crate::json::Json;
use crate::people::{AskSpec, Notice, Occasion, Stored, person};
use crate::store::actions::{self, Action, Kind};
use crate::store::asks::{self, AskAct, AskEntry, AskRow, AskStatus};
use crate::store::letters;
use crate::stub::Op;

/// Puts a question: a row in the journal of the flow, and one in the inbox.
pub(crate) fn put_question(turn: &Turn, mut action: Action, spec: &AskSpec) -> Result<Begun> {
    let stored = spec.checked()?;
    let (run, key) = match (&action.parent, &action.key) {
        (Some(run), Some(key)) => (run.clone(), key.clone()),
        _ => return Err(Error::internal("a question without a flow")),
    };
    let flow = actions::load(turn.sql(), &run)?.map_or_else(String::new, |flow| flow.name);
    action.kind = Kind::Ask;
    action.input = Json::of(stored)?;
    action.started_at = Some(turn.now());
    let due = action.options.within.map(|limit| later(turn.now(), limit));
    action.deadline = due.map(|at| at.timestamp_micros());
    action.due = next_timer(stored, action.created_at, turn.now());
    if !actions::insert(turn.sql(), &action)? {
        return Err(Error::internal(format_args!(
            "the journal has `{key}` already"
        )));
    }
    let row = AskRow {
        id: action.id.clone(),
        object: turn.key().clone(),
        flow,
        run,
        key,
        question: stored.question.clone(),
        role: stored.role.clone(),
        user: stored.user.clone(),
        form: stored.form.clone(),
        schema: Json::of(&spec.form.schema())?,
        about: stored.about.clone(),
        status: AskStatus::Open,
        claimant: None,
        due,
        created_at: turn.now(),
        updated_at: turn.now(),
        closed_at: None,
        by: None,
        answer: None,
        note: None,
        log: vec![AskEntry {
            at: turn.now(),
            by: turn.actor(),
            what: "asked".to_owned(),
            note: None,
        }],
        version: 1,
    };
    asks::store(turn, &row)?;
    notify(turn, stored, &row, Occasion::Asked)?;
    Ok(Begun::Waiting)
}

/// Closes the row of a question whose action is over, unless it was closed by who answered it.
pub(crate) fn close_question(turn: &Turn, action: &Action) -> Result<()> {
    let Some(mut row) = asks::load(turn.sql(), &action.id)?.filter(|row| row.status.is_open())
    else {
        return Ok(());
    };
    let (status, note) = match &action.error {
        None => (AskStatus::Expired, None),
        Some(error) => (AskStatus::Cancelled, Some(error.message().to_owned())),
    };
    close(turn, &mut row, status, &turn.actor(), note)
}

fn close(
    turn: &Turn,
    row: &mut AskRow,
    status: AskStatus,
    by: &str,
    note: Option<String>,
) -> Result<()> {
    row.status = status;
    row.closed_at = Some(turn.now());
    row.note.clone_from(&note);
    row.note(turn, by, status.word(), note);
    asks::store(turn, row)
}

fn later(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by)
        .ok()
        .and_then(|by| at.checked_add_signed(by))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// When the next reminder or escalation is due, in microseconds.
fn next_timer(stored: &Stored, asked: DateTime<Utc>, now: DateTime<Utc>) -> Option<i64> {
    let escalations = stored
        .escalate
        .iter()
        .map(|step| later(asked, step.after))
        .filter(|at| *at > now);
    // Reminders without anybody to be told are none.
    let reminder = stored
        .remind
        .filter(|every| !every.is_zero() && stored.notify.is_some())
        .and_then(|every| {
            let passed = (now - asked).to_std().unwrap_or_default();
            let count = passed.as_micros() / every.as_micros() + 1;
            u32::try_from(count)
                .ok()
                .and_then(|n| every.checked_mul(n))
                .map(|wait| later(asked, wait))
        });
    escalations
        .chain(reminder)
        .map(|at| at.timestamp_micros())
        .min()
}

/// Sends the step that tells people. It is no part of the flow: failing holds nothing up.
fn notify(turn: &Turn, stored: &Stored, row: &AskRow, occasion: Occasion) -> Result<()> {
    let Some(notify) = &stored.notify else {
        return Ok(());
    };
    let notice = Notice {
        ask: row.id.clone(),
        occasion,
        question: row.question.clone(),
        role: row.role.clone(),
        user: row.user.clone(),
        about: row.about.clone(),
        due: row.due,
    };
    let args = Json::of(&std::collections::BTreeMap::from([(
        notify.argument.as_str(),
        notice,
    )]))?;
    // Its own key for each occasion, so that none is told twice.
    let key = format!("{}/{}", row.id, row.version);
    let sent = journal::begin(
        turn,
        Deed::Named(notify.step.clone(), Ok(args.clone())),
        Options::default(),
        Durability::Send,
        "$ask",
        &key,
    );
    match sent {
        // The step has gone since the question was asked. That nobody was told is for people to see.
        Err(error) if error.kind() == ErrorKind::NotFound => letters::put(
            turn.sql(),
            &key,
            &notify.step,
            &args,
            &error,
            0,
            turn.micros(),
        ),
        sent => sent.map(drop),
    }
}

/// The step that tells people is one that this program can run.
pub(crate) fn check_notify(turn: &Turn, stored: &Stored) -> Result<()> {
    match &stored.notify {
        Some(notify) if turn.app().step(&notify.step).is_none() => {
            Err(Error::internal(format_args!(
                "the step `{}`, which tells people of a question, is not listed in `app!`; add it there",
                notify.step
            )))
        }
        _ => Ok(()),
    }
}

/// Who acts, if it is somebody: a name that an ask can be answered under.
fn somebody(turn: &Turn) -> Result<String> {
    let actor = turn.actor();
    // `door`, `host`: what let the request in, not who made it.
    if !actor.contains('/') {
        return Err(Error::invalid_field(
            "Actor",
            "is missing; say who does this, as in `Actor: ann@shop.example`",
        ));
    }
    Ok(person(&actor).to_owned())
}

fn refuse(message: impl std::fmt::Display) -> Error {
    Error::refused(message)
}

/// The question can still be answered.
fn expect_open(turn: &Turn, row: &AskRow) -> Result<()> {
    let ended = |what: String| Err(refuse(format_args!("the question `{}` {what}", row.id)));
    let by = row.by.as_deref().unwrap_or("somebody");
    let at = row
        .closed_at
        .unwrap_or(row.updated_at)
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    match row.status {
        AskStatus::Open | AskStatus::Claimed => match row.due {
            Some(due) if due <= turn.now() => ended(format!(
                "stood until {} and cannot be answered any more",
                due.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
            )),
            _ => Ok(()),
        },
        AskStatus::Answered => ended(format!("was answered by {by} at {at}")),
        AskStatus::Declined => ended(format!("was declined by {by} at {at}")),
        AskStatus::Expired => ended(format!("stood until {at} and cannot be answered any more")),
        AskStatus::Cancelled => ended(format!(
            "was withdrawn at {at}: its flow does not wait for it any more"
        )),
    }
}

/// The question is this person's to deal with: asked of them or of a role, and claimed by nobody else.
fn expect_theirs(row: &AskRow, who: &str) -> Result<()> {
    if let Some(claimant) = row.claimant.as_deref().filter(|claimant| *claimant != who) {
        return Err(refuse(format_args!(
            "{claimant} has claimed the question `{}`; it is free again when {claimant} releases or delegates it",
            row.id
        )));
    }
    if let Some(user) = row.user.as_deref().filter(|user| *user != who) {
        return Err(refuse(format_args!(
            "the question `{}` is for {user}, and this is {who}; {user} can delegate it",
            row.id
        )));
    }
    Ok(())
}

impl Object {
    /// Does something with a question. In the tenant's object, that is done where the question was asked.
    pub(super) fn ask_act(&mut self, turn: &Turn, id: &str, act: &AskAct) -> Result<Answer> {
        let Some(mut row) = asks::load(turn.sql(), id)? else {
            return Err(Error::not_found(format_args!(
                "there is no question `{id}` here; `/$asks` lists those there are"
            )));
        };
        if row.object != *turn.key() {
            let op = Op::Ask {
                id: id.to_owned(),
                act: act.clone(),
            };
            return Ok(Answer::Onward {
                to: row.object,
                ops: vec![op],
            });
        }
        match act {
            AskAct::Show => {}
            AskAct::Claim => claim(turn, &mut row)?,
            AskAct::Release => release(turn, &mut row)?,
            AskAct::Delegate { role, user, note } => {
                delegate(
                    turn,
                    &mut row,
                    role.as_deref(),
                    user.as_deref(),
                    note.clone(),
                )?;
            }
            AskAct::Answer { answer } => self.answer_question(turn, &mut row, answer)?,
            AskAct::Decline { reason } => self.decline(turn, &mut row, reason)?,
            AskAct::Expire => {
                expect_open(turn, &row)?;
                close(turn, &mut row, AskStatus::Expired, &turn.actor(), None)?;
                self.settle_in(turn, id, Json::of("timedOut"))?;
            }
        }
        Ok(Answer::Done(Json::of(&row)?))
    }

    fn answer_question(&mut self, turn: &Turn, row: &mut AskRow, answer: &Json) -> Result<()> {
        let who = somebody(turn)?;
        expect_open(turn, row)?;
        expect_theirs(row, &who)?;
        let value = self.form_of(turn, row)?.read(answer)?;
        let stored = self.stored(turn, row)?;
        row.by = Some(who.clone());
        row.answer = Some(value.clone());
        close(turn, row, AskStatus::Answered, &who, None)?;
        let output = if stored.signed {
            Json::of(&serde_json::json!({"given": {"value": value, "by": who, "at": turn.now()}}))?
        } else {
            Json::of(&std::collections::BTreeMap::from([("given", &value)]))?
        };
        self.settle_in(turn, &row.id, Ok(output))
    }

    fn decline(&mut self, turn: &Turn, row: &mut AskRow, reason: &str) -> Result<()> {
        let who = somebody(turn)?;
        expect_open(turn, row)?;
        expect_theirs(row, &who)?;
        if reason.trim().is_empty() {
            return Err(Error::invalid_field(
                "reason",
                "is empty; the flow and whoever looks into it later want to know why",
            ));
        }
        row.by = Some(who.clone());
        close(
            turn,
            row,
            AskStatus::Declined,
            &who,
            Some(reason.to_owned()),
        )?;
        let error = Error::refused(format_args!("{who} declined to answer: {reason}"));
        self.settle_in(turn, &row.id, Err(error))
    }

    /// The form that a question is answered with, as this program has it: its flow is replayed up to the question.
    /// Nothing that it asks for on the way is done.
    fn form_of(&self, turn: &Turn, row: &AskRow) -> Result<&'static FormDef> {
        if let Some(form) = self
            .live
            .get(&row.run)
            .and_then(|live| live.run.form(&row.key))
        {
            return Ok(form);
        }
        let cannot = |why: &str| {
            Error::new(
                ErrorKind::Refused,
                format_args!(
                    "the flow `{}` cannot take the answer to `{}`: {why}",
                    row.flow, row.id
                ),
            )
        };
        let action =
            actions::load(turn.sql(), &row.run)?.ok_or_else(|| cannot("it is not there"))?;
        let mut live = self
            .revive(turn, &action)?
            .map_err(|e| cannot(e.error().message()))?;
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        let _ = crate::effect::guarded_for(&action.id, || {
            live.future.as_mut().poll(&mut cx).is_ready()
        });
        live.run.form(&row.key).ok_or_else(|| {
            cannot(
                "as this program has it, it does not ask this; bring the program back that asked",
            )
        })
    }

    fn stored(&self, turn: &Turn, row: &AskRow) -> Result<Stored> {
        debug_assert_eq!(row.object, self.key);
        actions::load(turn.sql(), &row.id)?
            .ok_or_else(|| {
                Error::internal(format_args!("the question `{}` has no action", row.id))
            })?
            .input
            .read()
    }

    /// The time of a question has come: somebody is reminded, or somebody else is asked.
    pub(super) fn question_due(&mut self, turn: &Turn, mut action: Action) -> Result<()> {
        let stored: Stored = action.input.read()?;
        let before = action.due.take().map_or(turn.now(), crate::store::instant);
        action.due = next_timer(&stored, action.created_at, turn.now());
        actions::update(turn.sql(), &action)?;
        let Some(mut row) = asks::load(turn.sql(), &action.id)?.filter(|row| row.status.is_open())
        else {
            return Ok(());
        };
        // Several may have come due while nothing ran; the last of them counts.
        let escalation = stored.escalate.iter().rfind(|step| {
            let at = later(action.created_at, step.after);
            at >= before && at <= turn.now()
        });
        let occasion = if let Some(next) = escalation {
            row.role.clone_from(&next.role);
            row.user.clone_from(&next.user);
            row.claimant = None;
            row.status = AskStatus::Open;
            let to = next.user.clone().or(next.role.clone());
            row.note(turn, "dotdo", "escalated", to);
            Occasion::Escalation
        } else {
            row.note(turn, "dotdo", "reminded", None);
            Occasion::Reminder
        };
        asks::store(turn, &row)?;
        notify(turn, &stored, &row, occasion)
    }

    /// Nobody answered in time.
    pub(super) fn question_timed_out(&mut self, turn: &Turn, id: &str) -> Result<()> {
        self.settle_in(turn, id, Json::of("timedOut"))
    }
}

fn claim(turn: &Turn, row: &mut AskRow) -> Result<()> {
    let who = somebody(turn)?;
    expect_open(turn, row)?;
    expect_theirs(row, &who)?;
    if row.claimant.as_deref() == Some(who.as_str()) {
        return Ok(());
    }
    row.claimant = Some(who.clone());
    row.status = AskStatus::Claimed;
    row.note(turn, &who, "claimed", None);
    asks::store(turn, row)
}

fn release(turn: &Turn, row: &mut AskRow) -> Result<()> {
    let who = somebody(turn)?;
    expect_open(turn, row)?;
    expect_theirs(row, &who)?;
    if row.claimant.is_none() {
        return Err(refuse(format_args!(
            "nobody has claimed the question `{}`, so there is nothing to release",
            row.id
        )));
    }
    row.claimant = None;
    row.status = AskStatus::Open;
    row.note(turn, &who, "released", None);
    asks::store(turn, row)
}

fn delegate(
    turn: &Turn,
    row: &mut AskRow,
    role: Option<&str>,
    user: Option<&str>,
    note: Option<String>,
) -> Result<()> {
    let who = somebody(turn)?;
    expect_open(turn, row)?;
    expect_theirs(row, &who)?;
    let given = |name: Option<&str>| {
        name.map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
    };
    let (role, user) = (given(role), given(user));
    if role.is_some() == user.is_some() {
        return Err(Error::invalid_field(
            "",
            "a question is handed on to a `user` or to a `role`; write one of them",
        ));
    }
    row.role = role;
    row.user = user.map(|user| person(&user).to_owned());
    row.claimant = None;
    row.status = AskStatus::Open;
    let to = row.user.clone().or(row.role.clone());
    let said = match (to, note) {
        (Some(to), Some(note)) => Some(format!("to {to}: {note}")),
        (to, _) => to.map(|to| format!("to {to}")),
    };
    row.note(turn, &who, "delegated", said);
    asks::store(turn, row)?;
    let action = actions::load(turn.sql(), &row.id)?
        .ok_or_else(|| Error::internal(format_args!("the question `{}` has no action", row.id)))?;
    notify(turn, &action.input.read()?, row, Occasion::Delegation)
}
