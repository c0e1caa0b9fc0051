// Only named functions are journaled.
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

#[durable]
async fn onboard(cx: Flow) -> Result<()> {
    cx.run(|| 3).await?;
    Ok(())
}

fn main() {}
