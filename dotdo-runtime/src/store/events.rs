//! The events of an object: an append-only log, written in the transaction that caused them.

use serde::{Deserialize, Serialize};

use super::{Page, Reader, instant, memory, signed, unsigned};
use crate::error::Result;
use crate::event::DomainEvent;
use crate::host::Sql;
use crate::value::Cell;

/// Which events are wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EventFilter {
    /// Of this noun.
    pub noun: Option<String>,
    /// With this verb: `paid`.
    pub verb: Option<String>,
    /// Of the thing with this id.
    pub subject: Option<String>,
    /// Caused by this action.
    pub action: Option<String>,
    /// Those after this sequence number.
    pub after: Option<u64>,
    /// At most so many; 100 unless said otherwise.
    pub limit: Option<u32>,
    /// As one who goes on asking: `next` is always there, also when there is nothing more yet. Without `after`, nothing
    /// is listed, and `next` is where the log ends.
    pub follow: bool,
}

pub(crate) fn append(sql: &dyn Sql, mut event: DomainEvent) -> Result<DomainEvent> {
    event.sequence = memory::last_event(sql, || end(sql))? + 1;
    sql.append(
        r#"INSERT INTO "$events" ("sequence", "id", "noun", "verb", "subject", "data", "actor", "action", "at") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"#,
        &[
            signed(event.sequence).into(),
            event.id.as_str().into(),
            event.noun.as_str().into(),
            event.verb.as_str().into(),
            event.subject.as_str().into(),
            (&event.data).into(),
            event.actor.as_str().into(),
            event.action.as_deref().into(),
            event.at.timestamp_micros().into(),
        ],
    )?;
    memory::wrote_event(sql, event.sequence);
    Ok(event)
}

pub(crate) fn list(sql: &dyn Sql, filter: &EventFilter) -> Result<Page<DomainEvent>> {
    if filter.follow && filter.after.is_none() {
        let next = Some(end(sql)?.to_string());
        return Ok(Page {
            items: Vec::new(),
            next,
        });
    }
    let limit = filter.limit.unwrap_or(100).clamp(1, 1000);
    let rows = sql.query(
        r#"SELECT "sequence", "id", "noun", "verb", "subject", "data", "actor", "action", "at" FROM "$events"
           WHERE "sequence" > ?1 AND (?2 IS NULL OR "noun" = ?2) AND (?3 IS NULL OR "verb" = ?3) AND (?4 IS NULL OR "subject" = ?4) AND (?5 IS NULL OR "action" = ?5)
           ORDER BY "sequence" LIMIT ?6"#,
        &[
            Cell::Integer(signed(filter.after.unwrap_or(0))),
            filter.noun.clone().into(),
            filter.verb.clone().into(),
            filter.subject.clone().into(),
            filter.action.clone().into(),
            Cell::Integer(i64::from(limit) + 1),
        ],
    )?;
    let items = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    let mut page = Page::cut(items, limit, |e| e.sequence.to_string());
    if filter.follow && page.next.is_none() {
        page.next = Some(end(sql)?.max(filter.after.unwrap_or(0)).to_string());
    }
    Ok(page)
}

/// The sequence number of the last event; 0 if there is none.
fn end(sql: &dyn Sql) -> Result<u64> {
    let rows = sql.query(r#"SELECT max("sequence") FROM "$events""#, &[])?;
    Ok(match rows.first().and_then(|row| row.first()) {
        Some(Cell::Integer(last)) => unsigned(*last),
        _ => 0,
    })
}

/// The events of a kind from an instant on, oldest first: at most the first thousand.
pub(crate) fn since(
    sql: &dyn Sql,
    noun: &str,
    verb: &str,
    subject: &str,
    since: i64,
) -> Result<Vec<DomainEvent>> {
    sql.query(
        r#"SELECT "sequence", "id", "noun", "verb", "subject", "data", "actor", "action", "at" FROM "$events"
           WHERE "noun" = ?1 AND "verb" = ?2 AND (?3 = '' OR "subject" = ?3) AND "at" >= ?4 ORDER BY "sequence" LIMIT 1000"#,
        &[noun.into(), verb.into(), subject.into(), since.into()],
    )?
    .into_iter()
    .map(read)
    .collect()
}

fn read(row: Vec<Cell>) -> Result<DomainEvent> {
    let mut row = Reader::new(row);
    Ok(DomainEvent {
        sequence: unsigned(row.integer()),
        id: row.text(),
        noun: row.text(),
        verb: row.text(),
        subject: row.text(),
        data: row.json()?,
        actor: row.text(),
        action: row.text_or_null(),
        at: instant(row.integer()),
    })
}
