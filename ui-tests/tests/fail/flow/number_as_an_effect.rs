// Only an effect can be run.
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

#[durable]
async fn onboard(cx: Flow) -> Result<()> {
    cx.run(3).await?;
    Ok(())
}

fn main() {}
