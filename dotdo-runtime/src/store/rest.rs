//! What an object that wakes has to know before it can answer, in one question or two. Most went to sleep with nothing
//! under way; asking each table by itself took longer than opening the file.

use super::meta::Known;
use super::{Reader, memory};
use crate::error::Result;
use crate::host::Sql;
use crate::value::Cell;

/// How an object went to sleep. Fails where the tables are not there, or not those of this program.
pub(crate) fn of(sql: &dyn Sql) -> Result<Rest> {
    let Some(known) = asleep(sql)? else {
        return look(sql);
    };
    Ok(Rest {
        known,
        open: false,
        next_due: None,
    })
}

/// Who it is, if it went to sleep with nothing to come: no message, no schedule, no action that is not done.
///
/// `SQLite` prepares this in half the time of [`look`], which takes longer than to answer it.
pub(super) fn asleep(sql: &dyn Sql) -> Result<Option<Known>> {
    // The limit leaves room for one that says that there is something, and is there so that few are read. With `OR`, SQLite
    // would build a table of the statuses.
    let rows = sql.query(
        r#"SELECT "key", "value" FROM "$meta" WHERE "key" > '' AND "key" <> 'schema'
           UNION ALL SELECT NULL, 1 FROM "$outbox" WHERE "id" > ''
           UNION ALL SELECT NULL, 1 FROM "$schedules" WHERE "name" > ''
           UNION ALL SELECT NULL, 1 FROM "$actions" WHERE "status" = 'pending' UNION ALL SELECT NULL, 1 FROM "$actions" WHERE "status" = 'running'
           UNION ALL SELECT NULL, 1 FROM "$actions" WHERE "status" = 'retrying' UNION ALL SELECT NULL, 1 FROM "$actions" WHERE "status" = 'undoing'
           UNION ALL SELECT NULL, 1 FROM "$actions" WHERE "status" = 'parked'
           LIMIT 16"#,
        &[],
    )?;
    if rows.iter().any(|row| row.first() == Some(&Cell::Null)) {
        return Ok(None);
    }
    memory::next_due(sql, || Ok(None))?;
    Ok(Some(Known::of(rows)))
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

/// The same of one that has something to come.
pub(super) fn look(sql: &dyn Sql) -> Result<Rest> {
    // Each part is found by an index. The statuses and kinds are named in full, so that the partial one is used.
    let rows = sql.query(
        r#"SELECT (SELECT "value" FROM "$meta" WHERE "key" = 'identity'), (SELECT "value" FROM "$meta" WHERE "key" = 'system'),
             (SELECT "value" FROM "$meta" WHERE "key" = 'extras'), (SELECT "value" FROM "$meta" WHERE "key" = 'fingerprint'),
             EXISTS (SELECT 1 FROM "$actions" WHERE "status" = 'pending' AND "kind" = 'flow')
               OR EXISTS (SELECT 1 FROM "$actions" WHERE "status" = 'parked' AND "kind" = 'flow')
               OR EXISTS (SELECT 1 FROM "$actions" WHERE "status" = 'running' AND "kind" = 'step')
               OR (SELECT min("due") FROM "$outbox") IS NOT NULL OR (SELECT min("next") FROM "$schedules") IS NOT NULL,
             (SELECT min("due") FROM "$actions" WHERE "due" IS NOT NULL), (SELECT min("deadline") FROM "$actions" WHERE "deadline" IS NOT NULL)"#,
        &[],
    )?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    let known = Known {
        identity: row.text_or_null(),
        system: row.text_or_null(),
        extras: row.text_or_null(),
        fingerprint: row.text_or_null(),
    };
    let open = row.integer() != 0;
    let times = [row.integer_or_null(), row.integer_or_null()];
    let next_due = times.into_iter().flatten().min();
    if !open {
        memory::next_due(sql, || Ok(next_due))?;
    }
    Ok(Rest {
        known,
        open,
        next_due,
    })
}
