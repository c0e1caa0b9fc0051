// A length of time has a unit.
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

#[durable]
async fn onboard(cx: Flow) -> Result<()> {
    cx.sleep(30).await?;
    Ok(())
}

fn main() {}
