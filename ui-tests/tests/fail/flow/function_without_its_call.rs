// An effect is a call that was not run yet.
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

#[durable]
async fn onboard(cx: Flow) -> Result<()> {
    cx.run(charge).await?;
    Ok(())
}

fn main() {}
