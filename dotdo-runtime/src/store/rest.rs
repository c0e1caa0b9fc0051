//! What an object that wakes has to know before it can answer, in one question or two. Most went to sleep with nothing
//! under way; asking each table by itself took longer than opening the file.

use super::meta::Known;
use super::{Reader, memory};
use crate::error::Result;
use crate::host::Sql;
use crate::value::Cell;

/// How an object went to sleep. Fails where the tables are not there, or not those of this program.
pub(crate) fn of(sql: &dyn Sql) -> Result<Rest> {
    let (known, has_more) = told(sql)?;
    let (open, next_due) = if has_more { look(sql)? } else { (false, None) };
    if !open {
        memory::next_due(sql, || Ok(next_due))?;
    }
    Ok(Rest {
        known,
        open,
        next_due,
    })
}

/// Who it is, and whether there is something to come: a message, a schedule, or an action that is not done.
///
/// To prepare this takes longer than to answer it, so it is as short as can be; and Cloudflare takes no more than five parts
/// of a `UNION`.
pub(super) fn told(sql: &dyn Sql) -> Result<(Known, bool)> {
    let mut rows = sql.query(
        r#"SELECT "key", "value", (SELECT 1 FROM "$outbox"), (SELECT 1 FROM "$schedules"), (SELECT 1 FROM "$actions" WHERE "completed" IS NULL)
           FROM "$meta" WHERE "key" > '' AND "key" <> 'schema'"#,
        &[],
    )?;
    // Whoever knows nothing of itself is looked at whole.
    let has_more = rows
        .first()
        .is_none_or(|row| row[2..].iter().any(|cell| *cell != Cell::Null));
    for row in &mut rows {
        row.truncate(2);
    }
    Ok((Known::of(rows), has_more))
}

/// How an object went to sleep.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rest {
    pub known: Known,
    /// A flow is to go on, a step to run again, a message to leave, or a schedule is kept.
    pub open: bool,
    /// When the next action is due or past its deadline.
    pub next_due: Option<i64>,
}

/// Whether something is to be taken up, and when the next action is due or past its deadline.
pub(super) fn look(sql: &dyn Sql) -> Result<(bool, Option<i64>)> {
    // Each part is found by an index. That they are not completed is said so that the partial one is used.
    let rows = sql.query(
        r#"SELECT EXISTS (SELECT 1 FROM "$actions" WHERE "status" = 'pending' AND "kind" = 'flow' AND "completed" IS NULL)
               OR EXISTS (SELECT 1 FROM "$actions" WHERE "status" = 'parked' AND "kind" = 'flow' AND "completed" IS NULL)
               OR EXISTS (SELECT 1 FROM "$actions" WHERE "status" = 'running' AND "kind" = 'step' AND "completed" IS NULL)
               OR (SELECT min("due") FROM "$outbox") IS NOT NULL OR (SELECT min("next") FROM "$schedules") IS NOT NULL,
             (SELECT min("due") FROM "$actions" WHERE "due" IS NOT NULL), (SELECT min("deadline") FROM "$actions" WHERE "deadline" IS NOT NULL)"#,
        &[],
    )?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    let open = row.integer() != 0;
    let times = [row.integer_or_null(), row.integer_or_null()];
    Ok((open, times.into_iter().flatten().min()))
}
