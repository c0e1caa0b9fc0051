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
    let tables = sql.query(r#"SELECT 1 FROM sqlite_master WHERE "name" = '$meta'"#, &[])?;
    Ok(tables.is_empty() || get(sql, "identity")?.is_none())
}
