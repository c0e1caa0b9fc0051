//! The outbox: messages to other objects, written with the transaction that caused them and kept until acknowledged.

use super::{Reader, memory};
use crate::app::ObjectKey;
use crate::error::{Error, Result};
use crate::host::Sql;
use crate::json::Json;
use crate::object::Request;
use crate::object::turn::Turn;
use crate::stub::Op;

/// A message that has heard nothing for so long is sent again.
pub(crate) const REDELIVERY_MICROS: i64 = 60 * 1_000_000;

/// Puts a message into the outbox; it leaves when the turn is kept, and takes effect once for each `once`.
pub(crate) fn put(
    turn: &Turn,
    id: &str,
    once: &str,
    to: &ObjectKey,
    ops: Vec<Op>,
    action: Option<&str>,
) -> Result<()> {
    let request = Request {
        id: Some(once.to_owned()),
        actor: turn.actor(),
        ops,
    };
    let made = turn.sql().execute(
        r#"INSERT INTO "$outbox" ("id", "to", "request", "action", "attempts", "due") VALUES (?1, ?2, ?3, ?4, 0, ?5) ON CONFLICT ("id") DO NOTHING"#,
        &[id.into(), (&Json::of(to)?).into(), (&Json::of(&request)?).into(), action.into(), (turn.micros() + REDELIVERY_MICROS).into()],
    )?;
    let mut after = turn.after();
    after.messages.push(id.to_owned());
    if made > 0 {
        memory::added_due(turn.sql(), Some(turn.micros() + REDELIVERY_MICROS));
        // It leaves at the end of this turn: no need to read it back.
        after.written.insert(id.to_owned(), (to.clone(), request));
    }
    Ok(())
}

/// Puts the newest state of a row into the outbox, in place of an older one that has not left.
pub(crate) fn put_mirror(
    turn: &Turn,
    id: &str,
    version: u64,
    to: &ObjectKey,
    op: Op,
) -> Result<()> {
    // `0` follows `/`. A message that is under way is acknowledged under its own id, so it cannot take the newer one's place.
    turn.sql().execute(
        r#"DELETE FROM "$outbox" WHERE "id" >= ?1 AND "id" < ?2"#,
        &[format!("{id}/").into(), format!("{id}0").into()],
    )?;
    memory::changed_due(turn.sql());
    let id = format!("{id}/{version}");
    put(turn, &id, &id, to, vec![op], None)
}

/// Whom a message is for, and what it says.
pub(crate) fn load(sql: &dyn Sql, id: &str) -> Result<Option<(ObjectKey, Request)>> {
    let rows = sql.query(
        r#"SELECT "to", "request" FROM "$outbox" WHERE "id" = ?1"#,
        &[id.into()],
    )?;
    rows.into_iter()
        .next()
        .map(|row| {
            let mut row = Reader::new(row);
            Ok((row.json()?.read()?, row.json()?.read()?))
        })
        .transpose()
}

/// What is to be known of a message that has been answered: its action and how often it was sent before.
pub(crate) fn sent(sql: &dyn Sql, id: &str) -> Result<Option<(Option<String>, u32)>> {
    let rows = sql.query(
        r#"SELECT "action", "attempts" FROM "$outbox" WHERE "id" = ?1"#,
        &[id.into()],
    )?;
    Ok(rows.into_iter().next().map(|row| {
        let mut row = Reader::new(row);
        (
            row.text_or_null(),
            u32::try_from(row.integer()).unwrap_or(0),
        )
    }))
}

/// The ids of all messages, or of those due at a time.
pub(crate) fn waiting(sql: &dyn Sql, due: Option<i64>) -> Result<Vec<String>> {
    let rows = sql.query(
        r#"SELECT "id" FROM "$outbox" WHERE "due" <= ?1 ORDER BY "due", "id" LIMIT 1000"#,
        &[due.unwrap_or(i64::MAX).into()],
    )?;
    Ok(rows
        .into_iter()
        .map(|row| Reader::new(row).text())
        .collect())
}

/// Puts a message into the outbox whose words are found when it leaves.
pub(crate) fn mark(sql: &dyn Sql, id: &str, to: &ObjectKey, due: i64) -> Result<()> {
    sql.append(
        r#"INSERT INTO "$outbox" ("id", "to", "request", "action", "attempts", "due") VALUES (?1, ?2, 'null', NULL, 0, ?3) ON CONFLICT ("id") DO UPDATE SET "due" = ?3"#,
        &[id.into(), (&Json::of(to)?).into(), due.into()],
    )?;
    memory::added_due(sql, Some(due));
    Ok(())
}

/// Sets the time at which to look at a message.
pub(crate) fn look_at(sql: &dyn Sql, id: &str, due: i64) -> Result<()> {
    sql.execute(
        r#"UPDATE "$outbox" SET "due" = ?2 WHERE "id" = ?1"#,
        &[id.into(), due.into()],
    )?;
    memory::changed_due(sql);
    Ok(())
}

pub(crate) fn postpone(sql: &dyn Sql, id: &str, attempts: u32, due: i64) -> Result<()> {
    sql.execute(
        r#"UPDATE "$outbox" SET "attempts" = ?2, "due" = ?3 WHERE "id" = ?1"#,
        &[id.into(), attempts.into(), due.into()],
    )?;
    memory::changed_due(sql);
    Ok(())
}

pub(crate) fn remove(sql: &dyn Sql, id: &str) -> Result<()> {
    sql.execute(r#"DELETE FROM "$outbox" WHERE "id" = ?1"#, &[id.into()])?;
    memory::changed_due(sql);
    Ok(())
}

/// Takes back the messages of an action.
pub(crate) fn remove_of(sql: &dyn Sql, action: &str) -> Result<()> {
    sql.execute(
        r#"DELETE FROM "$outbox" WHERE "action" = ?1"#,
        &[action.into()],
    )?;
    memory::changed_due(sql);
    Ok(())
}

/// A failure to reach an object, as opposed to an answer of it.
pub(crate) fn is_unreachable(error: &Error) -> bool {
    matches!(
        error.kind(),
        crate::ErrorKind::Overloaded | crate::ErrorKind::Storage
    )
}
