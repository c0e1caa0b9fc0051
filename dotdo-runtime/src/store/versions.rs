//! Earlier versions of rows: `Noun/id@v12`, `@~3`, `@2026-11-22T09:00:00Z`.

use super::{Reader, signed, things, unsigned};
use crate::error::{Error, Result};
use crate::host::Sql;
use crate::noun::NounDef;
use crate::object::turn::Row;
use crate::value::Cell;

pub(crate) fn keep(sql: &dyn Sql, def: &'static NounDef, row: &Row) -> Result<()> {
    sql.append(
        r#"INSERT INTO "$versions" ("noun", "id", "version", "at", "deleted", "visibility", "data") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"#,
        &[
            def.name.into(),
            row.id.as_str().into(),
            signed(row.version).into(),
            row.updated.into(),
            row.deleted.into(),
            row.visibility.as_str().into(),
            (&things::data(def, &row.cells)?).into(),
        ],
    )?;
    Ok(())
}

/// The version that an address names: `v12`, `~3` or an instant.
pub(crate) fn load(
    sql: &dyn Sql,
    def: &'static NounDef,
    current: &Row,
    at: &str,
) -> Result<things::Thing> {
    let whole = if let Some(number) = at.strip_prefix('v').and_then(|n| n.parse::<u64>().ok()) {
        signed(number)
    } else if let Some(back) = at.strip_prefix('~').and_then(|n| n.parse::<u64>().ok()) {
        signed(current.version.saturating_sub(back))
    } else if let Ok(instant) = chrono::DateTime::parse_from_rfc3339(at) {
        let rows = sql.query(
            r#"SELECT max("version") FROM "$versions" WHERE "noun" = ?1 AND "id" = ?2 AND "at" <= ?3"#,
            &[def.name.into(), current.id.as_str().into(), instant.timestamp_micros().into()],
        )?;
        let found = rows
            .into_iter()
            .next()
            .and_then(|row| Reader::new(row).integer_or_null());
        found.ok_or_else(|| no_version(def, &current.id, at, "it did not exist then"))?
    } else {
        return Err(Error::invalid(format_args!(
            "`@{at}` names no version; write `@v12`, `@~3` or `@2026-11-22T09:00:00Z`"
        )));
    };
    if whole == signed(current.version) {
        return things::Thing::of(def, current);
    }
    if !def.history {
        return Err(no_version(
            def,
            &current.id,
            at,
            "this noun keeps no history",
        ));
    }
    list(sql, def, current, Some(unsigned(whole) + 1), 1)?
        .into_iter()
        .find(|thing| thing.version == unsigned(whole))
        .ok_or_else(|| {
            no_version(
                def,
                &current.id,
                at,
                &format!("its versions are v1 to v{}", current.version),
            )
        })
}

fn no_version(def: &NounDef, id: &str, at: &str, why: &str) -> Error {
    Error::not_found(format_args!("there is no {}/{id}@{at}: {why}", def.name))
}

/// The versions before one, newest first.
pub(crate) fn list(
    sql: &dyn Sql,
    def: &'static NounDef,
    current: &Row,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<things::Thing>> {
    if !def.history {
        return Ok(vec![things::Thing::of(def, current)?]);
    }
    let rows = sql.query(
        r#"SELECT "version", "at", "deleted", "visibility", "data" FROM "$versions" WHERE "noun" = ?1 AND "id" = ?2 AND "version" < ?3 ORDER BY "version" DESC LIMIT ?4"#,
        &[def.name.into(), current.id.as_str().into(), Cell::Integer(before.map_or(i64::MAX, signed)), limit.into()],
    )?;
    rows.into_iter()
        .map(|row| {
            let mut row = Reader::new(row);
            Ok(things::Thing {
                noun: def.name.to_owned(),
                id: current.id.clone(),
                version: unsigned(row.integer()),
                created_at: super::instant(current.created),
                updated_at: super::instant(row.integer()),
                deleted_at: row.integer_or_null().map(super::instant),
                visibility: row.text(),
                data: row.json()?,
            })
        })
        .collect()
}
