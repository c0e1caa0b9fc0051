//! The alarm: one for each object, shared by pauses, retries, time limits, redeliveries and schedules.

use super::turn::Turn;
use super::{Object, Output};
use crate::effect::Options;
use crate::error::Result;
use crate::journal::{self, Begun, Durability};
use crate::json::Json;
use crate::planted::{self, Bug};
use crate::rooms;
use crate::store::actions::{self, Kind, Status};
use crate::store::{self, outbox, schedules};

impl Object {
    pub(super) fn alarm(&mut self) {
        let now = self.env.now();
        let micros = now.timestamp_micros();
        if self.mirror.next_look().is_some_and(|at| at <= micros) {
            self.look_at_mirror();
            if store::next_due(&*self.sql).is_ok_and(|next| next.is_none_or(|at| at > micros)) {
                return;
            }
        }
        let due = actions::due(&*self.sql, micros).unwrap_or_default();
        for id in due {
            if rooms::FLOWS {
                let _ = self.transact("dotdo", |object, turn| object.due(turn, &id));
            }
        }
        for id in outbox::waiting(&*self.sql, Some(micros)).unwrap_or_default() {
            if self.is_mirror(&id) {
                let _ = self.directory_due(&id, true);
                continue;
            }
            let underway = self.messages.contains(&id);
            let _ = self.transact("dotdo", |_, turn| {
                let look = turn.micros() + outbox::REDELIVERY_MICROS;
                outbox::look_at(turn.sql(), &id, look)?;
                if !underway {
                    turn.after().messages.push(id.clone());
                }
                Ok(())
            });
        }
        if !rooms::FLOWS {
            return;
        }
        let schedules: Vec<_> = self.app.schedules_of(&self.key).collect();
        let _ = self.transact("dotdo", |_, turn| {
            for schedule in schedules {
                for at in schedules::take_due(turn.sql(), schedule, now)? {
                    // The instant is part of the key, so that no run can be started twice.
                    let mut key = format!("{}/{}", schedule.flow.name, at.to_rfc3339());
                    if planted::is(Bug::ScheduleFiredTwice) {
                        key = format!("{key}/{}", turn.new_id());
                    }
                    turn.start_flow(
                        schedule.flow,
                        Json::of(&at)?,
                        "$schedule",
                        &key,
                        Options::default(),
                        Durability::Run,
                    )?;
                }
            }
            Ok(())
        });
    }

    /// An action's time has come: a pause is over, a retry is due, or a time limit has passed.
    pub(super) fn due(&mut self, turn: &Turn, id: &str) -> Result<()> {
        let Some(mut action) = actions::load(turn.sql(), id)? else {
            return Ok(());
        };
        let now = turn.micros();
        if action.is_open() && action.deadline.is_some_and(|d| d <= now) {
            let error = journal::timed_out(turn, &action);
            match action.kind {
                Kind::Step => {
                    if let Some(attempt) = self.steps.remove(id) {
                        self.outputs.push(Output::Cancel {
                            action: id.to_owned(),
                            attempt,
                        });
                    }
                }
                Kind::Call => {
                    outbox::remove_of(turn.sql(), id)?;
                }
                Kind::Flow => return self.stop_flow(turn, action, error),
                Kind::Ask if rooms::PEOPLE => return self.question_timed_out(turn, id),
                Kind::Wait => return self.wait_timed_out(turn, id),
                _ => {}
            }
            return self.settle_in(turn, id, Err(error));
        }
        if !action.is_open() || action.due.is_none_or(|d| d > now) {
            // A timer that outlived its action.
            action.due = None;
            action.deadline = None;
            return actions::update(turn.sql(), &action);
        }
        match action.kind {
            Kind::Sleep => self.settle_in(turn, id, Ok(Json::null())),
            Kind::Step | Kind::Call => match journal::start(turn, &mut action, false)? {
                Begun::Done(result) => self.tell_parent(turn, &action, result),
                Begun::Waiting => Ok(()),
            },
            Kind::Flow => {
                action.due = None;
                action.status = Status::Pending;
                actions::update(turn.sql(), &action)?;
                turn.after().flows.push(id.to_owned());
                Ok(())
            }
            Kind::Ask if rooms::PEOPLE => self.question_due(turn, action),
            Kind::Ask | Kind::Verb | Kind::Value | Kind::Wait => Ok(()),
        }
    }
}
