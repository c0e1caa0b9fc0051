//! Who waits for events of this object: flows of other objects, which are told of each.

use super::{Reader, extras, is_there, memory};
use crate::app::ObjectKey;
use crate::error::Result;
use crate::event::DomainEvent;
use crate::host::Sql;
use crate::json::Json;

/// The table, made where it is missing.
pub(crate) const TABLE: [&str; 2] = [
    r#"CREATE TABLE IF NOT EXISTS "$watches" ("wait" TEXT PRIMARY KEY NOT NULL, "noun" TEXT NOT NULL, "verb" TEXT NOT NULL, "subject" TEXT NOT NULL, "to" TEXT NOT NULL) STRICT, WITHOUT ROWID"#,
    r#"CREATE INDEX IF NOT EXISTS "$watches.event" ON "$watches" ("noun", "verb")"#,
];

pub(crate) fn put(
    sql: &dyn Sql,
    wait: &str,
    (noun, verb, subject): (&str, &str, &str),
    to: &ObjectKey,
) -> Result<()> {
    extras::need(sql)?;
    sql.execute(
        r#"INSERT INTO "$watches" ("wait", "noun", "verb", "subject", "to") VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT ("wait") DO NOTHING"#,
        &[wait.into(), noun.into(), verb.into(), subject.into(), (&Json::of(to)?).into()],
    )?;
    memory::watched(sql);
    Ok(())
}

pub(crate) fn remove(sql: &dyn Sql, wait: &str) -> Result<()> {
    if !extras::are_there(sql)? {
        return Ok(());
    }
    sql.execute(
        r#"DELETE FROM "$watches" WHERE "wait" = ?1"#,
        &[wait.into()],
    )?;
    Ok(())
}

/// Whether anybody waits for an event.
pub(super) fn any(sql: &dyn Sql) -> Result<bool> {
    Ok(extras::are_there(sql)? && is_there(sql, r#"SELECT min("wait") FROM "$watches""#)?)
}

/// Who is to be told of an event: the wait and its object.
pub(crate) fn of(sql: &dyn Sql, event: &DomainEvent) -> Result<Vec<(String, ObjectKey)>> {
    if !memory::may_be_watched(sql, || any(sql))? {
        return Ok(Vec::new());
    }
    sql.query(
        r#"SELECT "wait", "to" FROM "$watches" WHERE "noun" = ?1 AND "verb" = ?2 AND ("subject" = '' OR "subject" = ?3)"#,
        &[
            event.noun.as_str().into(),
            event.verb.as_str().into(),
            event.subject.as_str().into(),
        ],
    )?
    .into_iter()
    .map(|row| {
        let mut row = Reader::new(row);
        Ok((row.text(), row.json()?.read()?))
    })
    .collect()
}
