// The arguments of a step are checked.
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

#[durable]
async fn buy(cx: Flow) -> Result<()> {
    cx.run(charge("three")).await?;
    Ok(())
}

fn main() {}
