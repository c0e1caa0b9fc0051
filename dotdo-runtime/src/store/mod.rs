//! The stores: one file a store, one family of tables each. They know tables and manifests, never a user's type.

pub mod actions;
pub mod asks;
pub(crate) mod breakers;
pub mod events;
pub(crate) mod extras;
pub(crate) mod inbox;
pub mod letters;
#[doc(hidden)]
pub mod memory;
pub(crate) mod meta;
pub(crate) mod outbox;
#[cfg(test)]
mod plans;
pub mod relationships;
pub(crate) mod rest;
pub(crate) mod schedules;
pub mod things;
pub(crate) mod versions;
pub(crate) mod watches;

pub use actions::{ActionFilter, Status};
pub use asks::{AskFilter, AskRow, AskStatus};
pub use events::EventFilter;
pub use letters::Letter;
pub use relationships::Relationship;
pub use things::Thing;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::Sql;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Ask for `after` this to get the next page; none on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of at most `limit` entries, from a list that was asked for one more to see whether there are more.
    pub(crate) fn cut(mut items: Vec<T>, limit: u32, place: impl FnOnce(&T) -> String) -> Self {
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items.last().filter(|_| more).map(place);
        Self { items, next }
    }
}

/// The statements that make the runtime's own tables. Their names begin with `$`, which no noun's can.
pub(crate) const SYSTEM: &[&str] = &[
    r#"CREATE TABLE "$meta" ("key" TEXT PRIMARY KEY NOT NULL, "value" TEXT NOT NULL) STRICT, WITHOUT ROWID"#,
    r#"CREATE TABLE "$actions" ("id" TEXT PRIMARY KEY NOT NULL, "kind" TEXT NOT NULL, "name" TEXT NOT NULL, "target" TEXT NOT NULL, "actor" TEXT NOT NULL,
        "parent" TEXT, "key" TEXT, "input" TEXT NOT NULL, "output" TEXT, "error" TEXT, "options" TEXT, "durability" TEXT NOT NULL, "status" TEXT NOT NULL,
        "version" INTEGER NOT NULL, "attempts" INTEGER NOT NULL, "due" INTEGER, "deadline" INTEGER,
        "created" INTEGER NOT NULL, "started" INTEGER, "completed" INTEGER, "schema" TEXT, "undo" TEXT) STRICT, WITHOUT ROWID"#,
    r#"CREATE UNIQUE INDEX "$actions.journal" ON "$actions" ("parent", "key") WHERE "parent" IS NOT NULL"#,
    r#"CREATE INDEX "$actions.due" ON "$actions" ("due") WHERE "due" IS NOT NULL"#,
    r#"CREATE INDEX "$actions.deadline" ON "$actions" ("deadline") WHERE "deadline" IS NOT NULL"#,
    // Not `IN`: SQLite would never see that a question is one for this index, and would build a table of the list each time.
    r#"CREATE INDEX "$actions.open" ON "$actions" ("status", "kind") WHERE "completed" IS NULL"#,
    r#"CREATE INDEX "$actions.waits" ON "$actions" ("name", "target") WHERE "kind" = 'wait' AND "status" = 'running'"#,
    r#"CREATE TABLE "$events" ("sequence" INTEGER PRIMARY KEY, "id" TEXT NOT NULL, "noun" TEXT NOT NULL, "verb" TEXT NOT NULL, "subject" TEXT NOT NULL,
        "data" TEXT NOT NULL, "actor" TEXT NOT NULL, "action" TEXT, "at" INTEGER NOT NULL) STRICT"#,
    r#"CREATE INDEX "$events.subject" ON "$events" ("noun", "subject")"#,
    r#"CREATE TABLE "$outbox" ("id" TEXT PRIMARY KEY NOT NULL, "to" TEXT NOT NULL, "request" TEXT NOT NULL, "action" TEXT, "attempts" INTEGER NOT NULL,
        "due" INTEGER NOT NULL) STRICT, WITHOUT ROWID"#,
    r#"CREATE INDEX "$outbox.due" ON "$outbox" ("due")"#,
    r#"CREATE TABLE "$inbox" ("id" TEXT PRIMARY KEY NOT NULL, "fingerprint" TEXT NOT NULL, "answer" TEXT NOT NULL, "at" INTEGER NOT NULL) STRICT, WITHOUT ROWID"#,
    r#"CREATE INDEX "$inbox.at" ON "$inbox" ("at")"#,
    r#"CREATE TABLE "$schedules" ("name" TEXT PRIMARY KEY NOT NULL, "phrase" TEXT NOT NULL, "zone" TEXT NOT NULL, "next" INTEGER, "last" INTEGER, "runs" INTEGER NOT NULL) STRICT, WITHOUT ROWID"#,
    r#"CREATE TABLE "$versions" ("noun" TEXT NOT NULL, "id" TEXT NOT NULL, "version" INTEGER NOT NULL, "at" INTEGER NOT NULL, "deleted" INTEGER, "visibility" TEXT NOT NULL,
        "data" TEXT NOT NULL, PRIMARY KEY ("noun", "id", "version")) STRICT, WITHOUT ROWID"#,
];

/// What brings the tables of an earlier layout up to this one: the statements from layout 1 to 2, and so on.
pub(crate) const LAYOUTS: &[&[&str]] = &[
    &[
        r#"ALTER TABLE "$actions" ADD COLUMN "schema" TEXT"#,
        r#"ALTER TABLE "$actions" ADD COLUMN "undo" TEXT"#,
        r#"DROP INDEX "$actions.open""#,
        r#"CREATE INDEX "$actions.open" ON "$actions" ("status", "kind") WHERE "status" IN ('pending', 'running', 'retrying', 'undoing', 'parked')"#,
        r#"CREATE INDEX "$actions.waits" ON "$actions" ("name", "target") WHERE "kind" = 'wait' AND "status" = 'running'"#,
    ],
    &[
        r#"DROP INDEX "$actions.open""#,
        r#"CREATE INDEX "$actions.open" ON "$actions" ("status", "kind") WHERE "status" = 'pending' OR "status" = 'running' OR "status" = 'retrying' OR "status" = 'undoing' OR "status" = 'parked'"#,
    ],
    &[
        r#"DROP INDEX "$actions.open""#,
        r#"CREATE INDEX "$actions.open" ON "$actions" ("status", "kind") WHERE "completed" IS NULL"#,
    ],
];

/// When the object is to look at its timers: the next action that is due or past its deadline, the next message to be
/// looked at, the next schedule.
pub(crate) fn next_due(sql: &dyn Sql) -> Result<Option<i64>> {
    memory::next_due(sql, || ask_next_due(sql))
}

fn ask_next_due(sql: &dyn Sql) -> Result<Option<i64>> {
    let rows = sql.query(
        r#"SELECT (SELECT min("due") FROM "$actions" WHERE "due" IS NOT NULL), (SELECT min("deadline") FROM "$actions" WHERE "deadline" IS NOT NULL),
           (SELECT min("due") FROM "$outbox"), (SELECT min("next") FROM "$schedules")"#,
        &[],
    )?;
    Ok(rows
        .into_iter()
        .flatten()
        .filter_map(|cell| cell.as_integer())
        .min())
}

/// Whether a question gives anything but null.
fn is_there(sql: &dyn Sql, question: &str) -> Result<bool> {
    let rows = sql.query(question, &[])?;
    Ok(rows
        .into_iter()
        .flatten()
        .any(|cell| cell != crate::value::Cell::Null))
}

/// Reads the columns of a row one after the other.
pub(crate) struct Reader(std::vec::IntoIter<crate::value::Cell>);

impl Reader {
    pub fn new(row: Vec<crate::value::Cell>) -> Self {
        Self(row.into_iter())
    }
    pub fn cell(&mut self) -> crate::value::Cell {
        self.0.next().unwrap_or(crate::value::Cell::Null)
    }
    pub fn text(&mut self) -> String {
        match self.cell() {
            crate::value::Cell::Text(text) => text,
            _ => String::new(),
        }
    }
    pub fn text_or_null(&mut self) -> Option<String> {
        match self.cell() {
            crate::value::Cell::Text(text) => Some(text),
            _ => None,
        }
    }
    pub fn integer(&mut self) -> i64 {
        self.cell().as_integer().unwrap_or(0)
    }
    pub fn integer_or_null(&mut self) -> Option<i64> {
        self.cell().as_integer()
    }
    pub fn json(&mut self) -> crate::Result<crate::Json> {
        crate::Json::parse(self.text())
    }
    pub fn rest(self) -> Vec<crate::value::Cell> {
        self.0.collect()
    }
}

/// An instant from its microseconds.
pub(crate) fn instant(micros: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_micros(micros).unwrap_or(chrono::DateTime::UNIX_EPOCH)
}

#[allow(
    clippy::cast_sign_loss,
    reason = "counters stored by us are never negative"
)]
pub(crate) const fn unsigned(number: i64) -> u64 {
    if number < 0 { 0 } else { number as u64 }
}
#[allow(clippy::cast_possible_wrap, reason = "no counter reaches 2^63")]
pub(crate) const fn signed(number: u64) -> i64 {
    number as i64
}
