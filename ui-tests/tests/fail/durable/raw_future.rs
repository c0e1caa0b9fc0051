// Only what is durable is run.
use dotdo::prelude::*;

async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

#[durable]
async fn buy(cx: Flow) -> Result<()> {
    cx.run(charge(3)).await?;
    Ok(())
}

fn main() {}
