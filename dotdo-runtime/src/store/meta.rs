//! What an object remembers of itself.

use super::Reader;
use crate::error::Result;
use crate::host::Sql;
use crate::value::Cell;

pub(crate) fn get(sql: &dyn Sql, key: &str) -> Result<Option<String>> {
    let rows = sql.query(
        r#"SELECT "value" FROM "$meta" WHERE "key" = ?1"#,
        &[key.into()],
    )?;
    Ok(rows.into_iter().next().map(|row| Reader::new(row).text()))
}

/// Who an object is, and how its tables are laid out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    pub identity: Option<String>,
    pub system: Option<String>,
    pub extras: Option<String>,
    pub fingerprint: Option<String>,
}

impl Known {
    /// Reads it, in one question.
    pub fn read(sql: &dyn Sql) -> Result<Self> {
        let rows = sql.query(
            r#"SELECT "key", "value" FROM "$meta" WHERE "key" IN ('identity', 'system', 'extras', 'fingerprint')"#,
            &[],
        )?;
        Ok(Self::of(rows))
    }

    /// What rows say of it, each a key and a value.
    pub fn of(rows: Vec<Vec<Cell>>) -> Self {
        let mut known = Self::default();
        for row in rows {
            let mut row = Reader::new(row);
            let place = match row.text().as_str() {
                "identity" => &mut known.identity,
                "system" => &mut known.system,
                "extras" => &mut known.extras,
                "fingerprint" => &mut known.fingerprint,
                _ => continue,
            };
            *place = Some(row.text());
        }
        known
    }
}

pub(crate) fn set(sql: &dyn Sql, key: &str, value: &str) -> Result<()> {
    sql.execute(
        r#"INSERT INTO "$meta" ("key", "value") VALUES (?1, ?2) ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value""#,
        &[key.into(), value.into()],
    )?;
    Ok(())
}

/// Whether the tables were ever made in this database.
pub(crate) fn has_tables(sql: &dyn Sql) -> Result<bool> {
    let tables = sql.query(r#"SELECT 1 FROM sqlite_master WHERE "name" = '$meta'"#, &[])?;
    Ok(!tables.is_empty())
}

/// Whether nothing was ever made in this database.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn is_blank(sql: &dyn Sql) -> Result<bool> {
    match get(sql, "identity") {
        Ok(identity) => Ok(identity.is_none()),
        // As a rule they are there, so they are looked for only now.
        Err(error) if has_tables(sql)? => Err(error),
        Err(_) => Ok(true),
    }
}
