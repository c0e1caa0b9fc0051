//! What an object remembers of itself.

use super::Reader;
use crate::error::Result;
use crate::host::Sql;

pub(crate) fn get(sql: &dyn Sql, key: &str) -> Result<Option<String>> {
    let rows = sql.query(
        r#"SELECT "value" FROM "$meta" WHERE "key" = ?1"#,
        &[key.into()],
    )?;
    Ok(rows.into_iter().next().map(|row| Reader::new(row).text()))
}

/// The values under several keys, in one question.
pub(crate) fn several(sql: &dyn Sql, keys: &[&str]) -> Result<Vec<Option<String>>> {
    let marks: Vec<_> = (1..=keys.len()).map(|n| format!("?{n}")).collect();
    let params: Vec<_> = keys.iter().map(|&key| key.into()).collect();
    let rows = sql.query(
        &format!(
            r#"SELECT "key", "value" FROM "$meta" WHERE "key" IN ({})"#,
            marks.join(", ")
        ),
        &params,
    )?;
    let mut values = vec![None; keys.len()];
    for row in rows {
        let mut row = Reader::new(row);
        let key = row.text();
        if let Some(place) = keys.iter().position(|&known| known == key) {
            values[place] = Some(row.text());
        }
    }
    Ok(values)
}

pub(crate) fn set(sql: &dyn Sql, key: &str, value: &str) -> Result<()> {
    sql.execute(
        r#"INSERT INTO "$meta" ("key", "value") VALUES (?1, ?2) ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value""#,
        &[key.into(), value.into()],
    )?;
    Ok(())
}

/// Whether nothing was ever made in this database.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn is_blank(sql: &dyn Sql) -> Result<bool> {
    get(sql, "identity").map_or_else(
        |error| {
            let tables = sql.query(r#"SELECT 1 FROM sqlite_master WHERE "name" = '$meta'"#, &[])?;
            if tables.is_empty() {
                Ok(true)
            } else {
                Err(error)
            }
        },
        |identity| Ok(identity.is_none()),
    )
}
