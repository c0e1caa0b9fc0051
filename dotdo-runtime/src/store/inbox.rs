//! The inbox: requests that took effect, with their answers, so that a repetition gets the answer and does nothing.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Reader;
use crate::error::{Error, Result};
use crate::host::Sql;
use crate::json::Json;
use crate::planted::{self, Bug};

/// How long answers are kept: longer than anybody repeats a request.
const KEPT_MICROS: i64 = 7 * 24 * 3600 * 1_000_000;

pub(crate) fn find(sql: &dyn Sql, id: &str, fingerprint: &str) -> Result<Option<Json>> {
    let rows = sql.query(
        r#"SELECT "fingerprint", "answer" FROM "$inbox" WHERE "id" = ?1"#,
        &[id.into()],
    )?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    if planted::is(Bug::SkippedInboxCheck) {
        sql.execute(r#"DELETE FROM "$inbox" WHERE "id" = ?1"#, &[id.into()])?;
        return Ok(None);
    }
    let mut row = Reader::new(row);
    if row.text() != fingerprint {
        // What stands before the last slash says who chose the key.
        let key = id.rsplit('/').next().unwrap_or(id);
        return Err(Error::invalid(format_args!(
            "the idempotency key `{key}` was used for another request; each request needs a key of its own"
        )));
    }
    row.json().map(Some)
}

/// A refusal, in the place of an answer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    refused: Error,
}

/// What is kept of a refusal.
pub(crate) fn refusal(error: &Error) -> Result<Json> {
    let refused = error.clone();
    Json::of(&Refusal { refused })
}

/// What is kept, as the answer that it was.
pub(crate) fn answer<T: DeserializeOwned>(kept: &Json) -> Result<T> {
    match kept.read::<Refusal>() {
        Ok(Refusal { refused }) => Err(refused),
        Err(_) => kept.read(),
    }
}

/// Whether the id was chosen by somebody outside, who may try again with it what was refused.
pub(crate) fn is_from_outside(id: &str) -> bool {
    id.starts_with("http/") || id.starts_with("run/")
}

pub(crate) fn put(
    sql: &dyn Sql,
    id: &str,
    fingerprint: &str,
    answer: &Json,
    now: i64,
) -> Result<()> {
    sql.execute(
        r#"INSERT INTO "$inbox" ("id", "fingerprint", "answer", "at") VALUES (?1, ?2, ?3, ?4)"#,
        &[id.into(), fingerprint.into(), answer.into(), now.into()],
    )?;
    // A few at a time, so that no turn pays for many.
    let old = sql.query(
        r#"SELECT "id" FROM "$inbox" WHERE "at" < ?1 ORDER BY "at" LIMIT 8"#,
        &[(now - KEPT_MICROS).into()],
    )?;
    for row in old {
        sql.execute(r#"DELETE FROM "$inbox" WHERE "id" = ?1"#, &row)?;
    }
    Ok(())
}
