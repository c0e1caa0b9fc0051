//! What an object that wakes has to know before it can answer, in one question. Most went to sleep with nothing under
//! way; asking each table by itself took longer than opening the file.

use super::meta::Known;
use super::{Reader, memory};
use crate::error::Result;
use crate::host::Sql;

/// How an object went to sleep.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rest {
    pub known: Known,
    /// A flow is to go on, a step to run again, a message to leave, or a schedule is kept.
    pub open: bool,
    /// When the next action is due or past its deadline.
    pub next_due: Option<i64>,
}

/// Reads it. Fails where the tables are not there, or not those of this program.
pub(crate) fn look(sql: &dyn Sql) -> Result<Rest> {
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
