//! Leaving a target alone: steps whose breaker is open are put off, without using up attempts.

use std::time::Duration;

use dotdo_core::breaker::Breaker;

use super::Object;
use super::turn::Turn;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::store::actions::{self, Action, Kind, Status};
use crate::store::breakers;

/// How long others wait while one attempt finds out whether the target is well again, at the most: it hastens them.
const MOST_WAIT: Duration = Duration::from_secs(3600);

/// The breaker of a step, and its name: what it is aimed at, or the step itself.
fn of(turn: &Turn, action: &Action) -> Option<(Breaker, String)> {
    if action.kind != Kind::Step {
        return None;
    }
    let breaker = turn.app().step(&action.name)?.policy.breaker?;
    let target = action.options.target.clone();
    Some((breaker, target.unwrap_or_else(|| action.name.clone())))
}

/// Whether an attempt of a step may begin. If not, it is put off until the instant that is given.
pub(crate) fn admit(turn: &Turn, action: &Action) -> Result<Option<i64>> {
    let Some((breaker, name)) = of(turn, action) else {
        return Ok(None);
    };
    let mut state = breakers::load(turn.sql(), &name)?;
    match state.until {
        None => return Ok(None),
        Some(until) if until > turn.micros() => return Ok(Some(until)),
        Some(_) => {}
    }
    if let Some(probe) = state.probe.as_deref().filter(|probe| *probe != action.id)
        && actions::load(turn.sql(), probe)?.is_some_and(|probe| probe.status == Status::Running)
    {
        let wait = breaker.cooldown.min(MOST_WAIT);
        let wait = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
        return Ok(Some(turn.micros().saturating_add(wait)));
    }
    state.probe = Some(action.id.clone());
    breakers::store(turn.sql(), &name, &state)?;
    Ok(None)
}

impl Object {
    /// Tells the breaker of a step what came of an attempt. An answer that says no is an answer: the target is well.
    pub(super) fn tell_breaker(
        &mut self,
        turn: &Turn,
        action: &Action,
        result: &Result<Json>,
    ) -> Result<()> {
        let Some((breaker, name)) = of(turn, action) else {
            return Ok(());
        };
        let mut state = breakers::load(turn.sql(), &name)?;
        if result.as_ref().is_err_and(Error::is_retryable) {
            state.fail(breaker, turn.micros());
            return breakers::store(turn.sql(), &name, &state);
        }
        if state.failures.is_empty() && state.until.is_none() {
            return Ok(());
        }
        // An attempt from before it opened proves nothing.
        let is_probe = state.probe.as_deref() == Some(action.id.as_str());
        if state.until.is_some() && !is_probe {
            return Ok(());
        }
        let was_open = state.until.take().is_some();
        state.failures.clear();
        state.probe = None;
        breakers::store(turn.sql(), &name, &state)?;
        if was_open {
            self.take_up_put_off(turn, &name)?;
        }
        Ok(())
    }

    /// The target is well again: what was put off begins.
    fn take_up_put_off(&mut self, turn: &Turn, name: &str) -> Result<()> {
        for id in breakers::put_off(turn.sql())? {
            let Some(mut action) = actions::load(turn.sql(), &id)? else {
                continue;
            };
            if of(turn, &action).is_some_and(|(_, other)| other == name) {
                action.due = Some(turn.micros());
                actions::update(turn.sql(), &action)?;
                self.due(turn, &id)?;
            }
        }
        Ok(())
    }
}
