//! The dead letters: what failed for good, with everything needed to run it once more.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Page, Reader, extras, instant};
use crate::error::{Error, Result};
use crate::host::Sql;
use crate::json::Json;
use crate::value::Cell;

/// The table.
pub(crate) const TABLE: [&str; 1] = [
    r#"CREATE TABLE IF NOT EXISTS "$letters" ("id" TEXT PRIMARY KEY NOT NULL, "name" TEXT NOT NULL, "input" TEXT NOT NULL, "error" TEXT NOT NULL, "attempts" INTEGER NOT NULL,
        "at" INTEGER NOT NULL, "replayed" INTEGER) STRICT, WITHOUT ROWID"#,
];

/// One dead letter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Letter {
    /// Its id, which is that of the action that failed.
    pub id: String,
    /// The step, flow or call.
    pub name: String,
    /// What it was given.
    pub input: Json,
    /// Why it failed.
    pub error: Error,
    /// How often it was tried.
    pub attempts: u32,
    /// When it failed for good.
    pub at: DateTime<Utc>,
    /// When it was run once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed_at: Option<DateTime<Utc>>,
}

pub(crate) fn put(
    sql: &dyn Sql,
    id: &str,
    name: &str,
    input: &Json,
    error: &Error,
    attempts: u32,
    now: i64,
) -> Result<()> {
    extras::need(sql)?;
    sql.execute(
        r#"INSERT INTO "$letters" ("id", "name", "input", "error", "attempts", "at") VALUES (?1, ?2, ?3, ?4, ?5, ?6)
           ON CONFLICT ("id") DO UPDATE SET "error" = excluded."error", "attempts" = excluded."attempts", "at" = excluded."at", "replayed" = NULL"#,
        &[id.into(), name.into(), input.into(), (&Json::of(error)?).into(), attempts.into(), now.into()],
    )?;
    Ok(())
}

/// Whether there is a letter with this id.
pub(crate) fn is_there(sql: &dyn Sql, id: &str) -> Result<bool> {
    if !extras::are_there(sql)? {
        return Ok(false);
    }
    let rows = sql.query(r#"SELECT 1 FROM "$letters" WHERE "id" = ?1"#, &[id.into()])?;
    Ok(!rows.is_empty())
}

/// Marks a letter as run once more, and gives what it was about.
pub(crate) fn replayed(sql: &dyn Sql, id: &str, now: i64) -> Result<Json> {
    let rows = if extras::are_there(sql)? {
        sql.query(
            r#"UPDATE "$letters" SET "replayed" = ?2 WHERE "id" = ?1 AND "replayed" IS NULL RETURNING "input""#,
            &[id.into(), now.into()],
        )?
    } else {
        Vec::new()
    };
    let row = rows.into_iter().next().ok_or_else(|| {
        Error::not_found(format_args!(
            "there is no dead letter `{id}` that waits to be replayed"
        ))
    })?;
    Reader::new(row).json()
}

/// Marks a letter as run once more, if there is one that waits.
pub(crate) fn taken_up(sql: &dyn Sql, id: &str, now: i64) -> Result<()> {
    if !extras::are_there(sql)? {
        return Ok(());
    }
    sql.execute(
        r#"UPDATE "$letters" SET "replayed" = ?2 WHERE "id" = ?1 AND "replayed" IS NULL"#,
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// How many have not been run once more.
pub(crate) fn waiting(sql: &dyn Sql) -> Result<i64> {
    if !extras::are_there(sql)? {
        return Ok(0);
    }
    let rows = sql.query(
        r#"SELECT count(*) FROM "$letters" WHERE "replayed" IS NULL"#,
        &[],
    )?;
    Ok(Reader::new(rows.into_iter().next().unwrap_or_default()).integer())
}

pub(crate) fn list(sql: &dyn Sql, after: Option<&str>, limit: u32) -> Result<Page<Letter>> {
    let limit = limit.clamp(1, 1000);
    if !extras::are_there(sql)? {
        return Ok(Page::cut(Vec::new(), limit, |letter| letter.id.clone()));
    }
    let rows = sql.query(
        r#"SELECT "id", "name", "input", "error", "attempts", "at", "replayed" FROM "$letters" WHERE "id" > ?1 ORDER BY "id" LIMIT ?2"#,
        &[after.unwrap_or("").into(), Cell::Integer(i64::from(limit) + 1)],
    )?;
    let items = rows
        .into_iter()
        .map(|row| {
            let mut row = Reader::new(row);
            Ok(Letter {
                id: row.text(),
                name: row.text(),
                input: row.json()?,
                error: row.json()?.read()?,
                attempts: u32::try_from(row.integer()).unwrap_or(0),
                at: instant(row.integer()),
                replayed_at: row.integer_or_null().map(instant),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(items, limit, |letter| letter.id.clone()))
}
