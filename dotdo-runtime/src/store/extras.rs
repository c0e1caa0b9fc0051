//! Tables that few objects need. They are made with their first row: a file is smaller without them, and whoever wakes need not
//! read what they look like.

use super::{asks, breakers, letters, memory, meta, relationships, watches};
use crate::error::Result;
use crate::host::Sql;

/// The version of these tables.
pub(crate) const VERSION: &str = "1";

/// Whether they are there. If not, they have no rows.
pub(super) fn are_there(sql: &dyn Sql) -> Result<bool> {
    memory::has_extras(sql, || Ok(meta::get(sql, "extras")?.is_some()))
}

/// Makes them if they are not there.
pub(super) fn need(sql: &dyn Sql) -> Result<()> {
    if are_there(sql)? { Ok(()) } else { make(sql) }
}

/// Makes those that are missing.
pub(crate) fn make(sql: &dyn Sql) -> Result<()> {
    let tables: [&[&str]; 5] = [
        &asks::TABLE,
        &watches::TABLE,
        &breakers::TABLE,
        &letters::TABLE,
        &relationships::TABLE,
    ];
    for statement in tables.into_iter().flatten() {
        sql.execute(statement, &[])?;
    }
    meta::set(sql, "extras", VERSION)?;
    memory::know_extras(sql, true);
    Ok(())
}
