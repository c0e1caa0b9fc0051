//! The drawer for reports.

use chrono::NaiveDate;
use dotdo::{Result, http};

/// Puts the report of a day into the drawer. Put there again, it is the same report.
pub async fn write(day: NaiveDate, text: String) -> Result<()> {
    let request = http::put(super::url(&format!("reports/{day}"))?);
    request.body(text).send().await?.ok()?;
    Ok(())
}
