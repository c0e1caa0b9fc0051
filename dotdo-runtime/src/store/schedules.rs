//! When each schedule of an object runs next.

use chrono::{DateTime, Utc};

use super::{Reader, memory};
use crate::app::Scheduled;
use crate::error::Result;
use crate::flow::Missed;
use crate::host::Sql;
use crate::planted::{self, Bug};

/// At most so many missed runs are made up for.
const MOST_MISSED: usize = 1000;
/// A run is missed, rather than a little late, after this.
const GRACE_MICROS: i64 = 60 * 1_000_000;

/// Brings the rows in line with the program: new schedules begin now, changed ones begin anew, gone ones go.
pub(crate) fn sync<'a>(
    sql: &dyn Sql,
    schedules: impl Iterator<Item = &'a Scheduled>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut stored = std::collections::BTreeMap::new();
    for row in sql.query(r#"SELECT "name", "phrase", "zone" FROM "$schedules""#, &[])? {
        let mut row = Reader::new(row);
        stored.insert(row.text(), (row.text(), row.text()));
    }
    for s in schedules {
        let same = stored
            .remove(s.flow.name)
            .is_some_and(|(phrase, zone)| phrase == s.phrase && zone == s.zone.name());
        if planted::is(Bug::ScheduleFiredTwice) {
            sql.execute(
                r#"UPDATE "$schedules" SET "next" = coalesce("last", "next") WHERE "name" = ?1"#,
                &[s.flow.name.into()],
            )?;
        }
        if !same {
            sql.execute(
                r#"INSERT INTO "$schedules" ("name", "phrase", "zone", "next", "runs") VALUES (?1, ?2, ?3, ?4, 0)
                   ON CONFLICT ("name") DO UPDATE SET "phrase" = excluded."phrase", "zone" = excluded."zone", "next" = excluded."next""#,
                &[s.flow.name.into(), s.phrase.into(), s.zone.name().into(), next(s, now).into()],
            )?;
        }
    }
    for name in stored.into_keys() {
        sql.execute(
            r#"DELETE FROM "$schedules" WHERE "name" = ?1"#,
            &[name.into()],
        )?;
    }
    memory::changed_due(sql);
    Ok(())
}

fn next(s: &Scheduled, after: DateTime<Utc>) -> Option<i64> {
    s.schedule
        .next_after(after, s.zone)
        .map(|at| at.timestamp_micros())
}

/// The instants at which a schedule is to be run now, and its next one is stored. None is ever returned twice.
pub(crate) fn take_due(
    sql: &dyn Sql,
    s: &Scheduled,
    now: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>> {
    let rows = sql.query(
        r#"SELECT "next" FROM "$schedules" WHERE "name" = ?1 AND "next" <= ?2"#,
        &[s.flow.name.into(), now.timestamp_micros().into()],
    )?;
    let Some(first) = rows
        .into_iter()
        .next()
        .and_then(|row| Reader::new(row).integer_or_null())
    else {
        return Ok(Vec::new());
    };
    let mut at = super::instant(first);
    let mut due = std::collections::VecDeque::new();
    // After a very long sleep of a very frequent schedule only the last instants matter.
    while at <= now {
        due.push_back(at);
        if due.len() > MOST_MISSED {
            due.pop_front();
        }
        match s.schedule.next_after(at, s.zone) {
            Some(next) => at = next,
            None => break,
        }
    }
    let late = |at: &DateTime<Utc>| now.timestamp_micros() - at.timestamp_micros() > GRACE_MICROS;
    let due: Vec<_> = match s.missed {
        Missed::Once => due.pop_back().into_iter().collect(),
        Missed::All => due.into(),
        Missed::Skip => due.into_iter().filter(|at| !late(at)).collect(),
    };
    sql.execute(
        r#"UPDATE "$schedules" SET "next" = ?2, "last" = coalesce(?3, "last"), "runs" = "runs" + ?4 WHERE "name" = ?1"#,
        &[
            s.flow.name.into(),
            next(s, now).into(),
            due.last().map(DateTime::timestamp_micros).into(),
            i64::try_from(due.len()).unwrap_or(0).into(),
        ],
    )?;
    memory::changed_due(sql);
    Ok(due)
}

/// Every schedule: name, phrase, zone, next and last run, number of runs.
pub(crate) fn list(sql: &dyn Sql) -> Result<Vec<serde_json::Value>> {
    let at = |micros: Option<i64>| micros.map(super::instant);
    let rows = sql.query(r#"SELECT "name", "phrase", "zone", "next", "last", "runs" FROM "$schedules" ORDER BY "name""#, &[])?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut row = Reader::new(row);
            serde_json::json!({"name": row.text(), "phrase": row.text(), "zone": row.text(), "next": at(row.integer_or_null()), "last": at(row.integer_or_null()), "runs": row.integer()})
        })
        .collect())
}
