//! What people are asked: the rows of the approval inbox.
//!
//! The object of the flow that asks has the row that counts. The tenant's object has a copy of each, which follows it
//! and says where the question was asked; a copy is never newer than what it is a copy of.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::actions::words;
use super::{Page, Reader, extras, instant, signed, unsigned};
use crate::app::ObjectKey;
use crate::error::{Error, Result};
use crate::host::Sql;
use crate::json::Json;
use crate::object::turn::Turn;
use crate::store::outbox;
use crate::stub::Op;
use crate::value::Cell;

/// The table and its indices.
pub(crate) const TABLE: [&str; 4] = [
    r#"CREATE TABLE IF NOT EXISTS "$asks" ("id" TEXT PRIMARY KEY NOT NULL, "object" TEXT NOT NULL, "flow" TEXT NOT NULL, "run" TEXT NOT NULL, "key" TEXT NOT NULL,
        "question" TEXT NOT NULL, "role" TEXT, "user" TEXT, "form" TEXT NOT NULL, "schema" TEXT NOT NULL, "about" TEXT, "status" TEXT NOT NULL, "claimant" TEXT,
        "due" INTEGER, "created" INTEGER NOT NULL, "updated" INTEGER NOT NULL, "closed" INTEGER, "by" TEXT, "answer" TEXT, "note" TEXT, "log" TEXT NOT NULL,
        "version" INTEGER NOT NULL) STRICT, WITHOUT ROWID"#,
    r#"CREATE INDEX IF NOT EXISTS "$asks.role" ON "$asks" ("role", "status")"#,
    r#"CREATE INDEX IF NOT EXISTS "$asks.user" ON "$asks" ("user", "status")"#,
    r#"CREATE INDEX IF NOT EXISTS "$asks.run" ON "$asks" ("run")"#,
];

words! {
    /// How far a question is.
    AskStatus {
        /// Nobody has taken it yet.
        Open = "open",
        /// Somebody has it.
        Claimed = "claimed",
        /// It was answered.
        Answered = "answered",
        /// Somebody said no to answering it.
        Declined = "declined",
        /// Nobody answered in time.
        Expired = "expired",
        /// The flow does not wait for it any more.
        Cancelled = "cancelled",
    }
}

impl AskStatus {
    /// Whether it can still be answered.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Claimed)
    }
}

/// One question to somebody, as the inbox keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AskRow {
    /// Its id, sortable by time.
    pub id: String,
    /// The object whose flow asks.
    pub object: ObjectKey,
    /// The name of the flow.
    pub flow: String,
    /// The id of its run.
    pub run: String,
    /// Its key in the journal of the flow.
    pub key: String,
    /// The question.
    pub question: String,
    /// Whoever has this role may answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Only this person may answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The name of the form.
    pub form: String,
    /// The JSON Schema of an answer.
    pub schema: Json,
    /// What the question is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Json>,
    /// How far it is.
    pub status: AskStatus,
    /// Who has taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimant: Option<String>,
    /// Until when it can be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
    /// When it was asked.
    pub created_at: DateTime<Utc>,
    /// When something was done with it last.
    pub updated_at: DateTime<Utc>,
    /// When it was answered, declined, given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Who answered or declined it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What was filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Json>,
    /// Why it was declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What was done with it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<AskEntry>,
    /// Counted from 1 with each change.
    pub version: u64,
}

/// One entry in the log of a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AskEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// What: `asked`, `claimed`, `released`, `delegated`, `reminded`, `escalated`, `answered`, …
    pub what: String,
    /// To whom, or why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Which questions are wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AskFilter {
    /// For this role.
    pub role: Option<String>,
    /// For this person: asked by name, or claimed by them.
    pub assignee: Option<String>,
    /// With this status.
    pub status: Option<AskStatus>,
    /// Those that can still be answered (true), or not any more (false).
    pub open: Option<bool>,
    /// Asked by flows with this name.
    pub flow: Option<String>,
    /// Asked by this run.
    pub run: Option<String>,
    /// Those after this id.
    pub after: Option<String>,
    /// At most so many; 100 unless said otherwise.
    pub limit: Option<u32>,
}

/// What can be done with a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum AskAct {
    /// Look at it.
    Show,
    /// Take it, so that nobody else works on it.
    Claim,
    /// Give it back.
    Release,
    /// Hand it on to somebody.
    Delegate {
        /// Whoever has this role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
        /// This person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Fill the form in.
    Answer {
        /// What was filled in.
        answer: Json,
    },
    /// Say that it will not be answered.
    Decline {
        /// Why.
        reason: String,
    },
    /// End the time that it stands.
    Expire,
}

impl AskRow {
    /// Notes what was done, as a new version.
    pub(crate) fn note(&mut self, turn: &Turn, by: &str, what: &str, note: Option<String>) {
        self.updated_at = turn.now();
        self.version += 1;
        self.log.push(AskEntry {
            at: turn.now(),
            by: crate::people::person(by).to_owned(),
            what: what.to_owned(),
            note,
        });
    }
}

const COLUMNS: &str = r#""id", "object", "flow", "run", "key", "question", "role", "user", "form", "schema", "about", "status", "claimant", "due", "created", "updated", "closed", "by", "answer", "note", "log", "version""#;

fn cells(row: &AskRow) -> Result<Vec<Cell>> {
    let micros = |at: Option<DateTime<Utc>>| Cell::from(at.map(|at| at.timestamp_micros()));
    Ok(vec![
        row.id.as_str().into(),
        (&Json::of(&row.object)?).into(),
        row.flow.as_str().into(),
        row.run.as_str().into(),
        row.key.as_str().into(),
        row.question.as_str().into(),
        row.role.clone().into(),
        row.user.clone().into(),
        row.form.as_str().into(),
        (&row.schema).into(),
        row.about.as_ref().into(),
        row.status.word().into(),
        row.claimant.clone().into(),
        micros(row.due),
        row.created_at.timestamp_micros().into(),
        row.updated_at.timestamp_micros().into(),
        micros(row.closed_at),
        row.by.clone().into(),
        row.answer.as_ref().into(),
        row.note.clone().into(),
        (&Json::of(&row.log)?).into(),
        Cell::Integer(signed(row.version)),
    ])
}

fn read(row: Vec<Cell>) -> Result<AskRow> {
    let mut row = Reader::new(row);
    let json = |text: Option<String>| text.map(Json::parse).transpose();
    Ok(AskRow {
        id: row.text(),
        object: row.json()?.read()?,
        flow: row.text(),
        run: row.text(),
        key: row.text(),
        question: row.text(),
        role: row.text_or_null(),
        user: row.text_or_null(),
        form: row.text(),
        schema: row.json()?,
        about: json(row.text_or_null())?,
        status: AskStatus::of(&row.text())?,
        claimant: row.text_or_null(),
        due: row.integer_or_null().map(instant),
        created_at: instant(row.integer()),
        updated_at: instant(row.integer()),
        closed_at: row.integer_or_null().map(instant),
        by: row.text_or_null(),
        answer: json(row.text_or_null())?,
        note: row.text_or_null(),
        log: row.json()?.read()?,
        version: unsigned(row.integer()),
    })
}

/// Stores a question as it is now, and tells the tenant's inbox.
pub(crate) fn store(turn: &Turn, row: &AskRow) -> Result<()> {
    put(turn.sql(), row)?;
    if turn.key().thing.is_some() {
        let to = ObjectKey::tenant(turn.key().tenant.clone());
        let op = Op::Asked {
            row: Box::new(row.clone()),
        };
        // One row a question: a message that has not left yet is replaced by the newer one.
        outbox::put_mirror(turn, &format!("ask/{}", row.id), row.version, &to, op)?;
    }
    Ok(())
}

/// Takes over what another object says of a question of its own. What is older than what is known is passed over.
pub(crate) fn mirror(sql: &dyn Sql, row: &AskRow) -> Result<()> {
    match load(sql, &row.id)? {
        Some(known) if known.object != row.object => Err(Error::permanent(format_args!(
            "the question `{}` is asked by {}, not by {}",
            row.id, known.object, row.object
        ))),
        Some(known) if known.version >= row.version => Ok(()),
        _ => put(sql, row),
    }
}

fn put(sql: &dyn Sql, row: &AskRow) -> Result<()> {
    extras::need(sql)?;
    sql.execute(
        &format!(
            r#"INSERT OR REPLACE INTO "$asks" ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)"#
        ),
        &cells(row)?,
    )?;
    Ok(())
}

pub(crate) fn load(sql: &dyn Sql, id: &str) -> Result<Option<AskRow>> {
    if !extras::are_there(sql)? {
        return Ok(None);
    }
    sql.query(
        &format!(r#"SELECT {COLUMNS} FROM "$asks" WHERE "id" = ?1"#),
        &[id.into()],
    )?
    .into_iter()
    .next()
    .map(read)
    .transpose()
}

pub(crate) fn list(sql: &dyn Sql, filter: &AskFilter) -> Result<Page<AskRow>> {
    let limit = filter.limit.unwrap_or(100).clamp(1, 1000);
    if !extras::are_there(sql)? {
        return Ok(Page::cut(Vec::new(), limit, |row| row.id.clone()));
    }
    let assignee = filter
        .assignee
        .as_deref()
        .map(|name| crate::people::person(name).to_owned());
    let rows = sql.query(
        &format!(
            r#"SELECT {COLUMNS} FROM "$asks" WHERE "id" > ?1 AND (?2 IS NULL OR "role" = ?2) AND (?3 IS NULL OR "user" = ?3 OR "claimant" = ?3) AND (?4 IS NULL OR "status" = ?4)
               AND (?5 IS NULL OR ("status" IN ('open', 'claimed')) = ?5) AND (?6 IS NULL OR "flow" = ?6) AND (?7 IS NULL OR "run" = ?7) ORDER BY "id" LIMIT ?8"#
        ),
        &[
            filter.after.as_deref().unwrap_or("").into(),
            filter.role.clone().into(),
            assignee.into(),
            filter.status.map(AskStatus::word).into(),
            filter.open.map(i64::from).into(),
            filter.flow.clone().into(),
            filter.run.clone().into(),
            Cell::Integer(i64::from(limit) + 1),
        ],
    )?;
    let items = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(items, limit, |row| row.id.clone()))
}
