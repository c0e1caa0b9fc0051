//! Circuit breakers: which targets are left alone for a while, because too many attempts at them failed.
//!
//! A breaker is closed as long as fewer failures than it bears lie within its window. Then it is open: attempts are put
//! off, not failed. When its pause is over, one attempt may go (it is half open); what comes of that decides.

use dotdo_core::breaker::Breaker;
use serde_json::json;

use super::{Reader, extras, instant};
use crate::error::Result;
use crate::host::Sql;
use crate::json::Json;
use crate::value::Cell;

/// The table.
pub(crate) const TABLE: [&str; 1] = [
    r#"CREATE TABLE IF NOT EXISTS "$breakers" ("name" TEXT PRIMARY KEY NOT NULL, "failures" TEXT NOT NULL, "until" INTEGER, "probe" TEXT, "opened" INTEGER NOT NULL) STRICT, WITHOUT ROWID"#,
];

/// A breaker that has seen failures.
#[derive(Default)]
pub(crate) struct State {
    /// When attempts failed, in microseconds, the oldest first.
    pub failures: Vec<i64>,
    /// When the pause of an open one is over.
    pub until: Option<i64>,
    /// The attempt that finds out whether the target is well again: an action.
    pub probe: Option<String>,
    /// How often it has opened.
    pub opened: i64,
}

impl State {
    /// Notes a failure. True if the breaker is open from now on.
    pub fn fail(&mut self, breaker: Breaker, now: i64) -> bool {
        let micros = |d: std::time::Duration| i64::try_from(d.as_micros()).unwrap_or(i64::MAX);
        self.failures.push(now);
        let oldest = now.saturating_sub(micros(breaker.window));
        self.failures.retain(|at| *at > oldest);
        let half_open = self.until.is_some_and(|until| until <= now);
        let too_many = self.failures.len() >= breaker.failures as usize;
        if half_open || self.until.is_none() && too_many {
            self.until = Some(now.saturating_add(micros(breaker.cooldown)));
            self.probe = None;
            self.opened += 1;
            return true;
        }
        false
    }
}

pub(crate) fn load(sql: &dyn Sql, name: &str) -> Result<State> {
    if !extras::are_there(sql)? {
        return Ok(State::default());
    }
    let rows = sql.query(
        r#"SELECT "failures", "until", "probe", "opened" FROM "$breakers" WHERE "name" = ?1"#,
        &[name.into()],
    )?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(State::default());
    };
    let mut row = Reader::new(row);
    Ok(State {
        failures: row.json()?.read()?,
        until: row.integer_or_null(),
        probe: row.text_or_null(),
        opened: row.integer(),
    })
}

pub(crate) fn store(sql: &dyn Sql, name: &str, state: &State) -> Result<()> {
    extras::need(sql)?;
    sql.execute(
        r#"INSERT OR REPLACE INTO "$breakers" ("name", "failures", "until", "probe", "opened") VALUES (?1, ?2, ?3, ?4, ?5)"#,
        &[
            name.into(),
            (&Json::of(&state.failures)?).into(),
            state.until.into(),
            state.probe.clone().into(),
            Cell::Integer(state.opened),
        ],
    )?;
    Ok(())
}

/// The ids of steps that were put off, the oldest first.
pub(crate) fn put_off(sql: &dyn Sql) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    // It says that they are not completed, so that the partial index is used.
    for text in [
        r#"SELECT "id" FROM "$actions" WHERE "status" = 'pending' AND "kind" = 'step' AND "completed" IS NULL AND "options" LIKE '%"putOff":true%' ORDER BY "id" LIMIT 10000"#,
        r#"SELECT "id" FROM "$actions" WHERE "status" = 'retrying' AND "kind" = 'step' AND "completed" IS NULL AND "options" LIKE '%"putOff":true%' ORDER BY "id" LIMIT 10000"#,
    ] {
        let rows = sql.query(text, &[])?;
        ids.extend(rows.into_iter().map(|row| Reader::new(row).text()));
    }
    ids.sort_unstable();
    ids.truncate(10_000);
    Ok(ids)
}

/// Every breaker that has seen failures, for who looks at the object.
pub(crate) fn list(sql: &dyn Sql, now: i64) -> Result<Vec<serde_json::Value>> {
    if !extras::are_there(sql)? {
        return Ok(Vec::new());
    }
    let rows = sql.query(
        r#"SELECT "name", "failures", "until", "probe", "opened" FROM "$breakers" ORDER BY "name""#,
        &[],
    )?;
    rows.into_iter()
        .map(|row| {
            let mut row = Reader::new(row);
            let (name, failures) = (row.text(), row.json()?.read::<Vec<i64>>()?);
            let (until, probe, opened) =
                (row.integer_or_null(), row.text_or_null(), row.integer());
            let state = match until {
                None => "closed",
                Some(until) if until > now => "open",
                Some(_) => "half open",
            };
            Ok(json!({
                "name": name, "state": state, "failures": failures.len(), "until": until.map(instant),
                "probe": probe, "opened": opened,
            }))
        })
        .collect()
}
