// A length of time is a value in code.
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

#[durable]
async fn onboard(cx: Flow) -> Result<()> {
    cx.sleep("30s").await?;
    Ok(())
}

fn main() {}
