use dotdo::prelude::*;

/// Tells the owner how many there are.
#[every("Monday 9am", tz = "Europe/Berlin", missed = "all")]
pub async fn weekly_report(cx: Flow) -> Result<()> {
    Ok(())
}
