// A result has the type that the step returns.
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

#[durable]
async fn onboard(cx: Flow) -> Result<()> {
    let _: String = cx.run(charge(3)).await?;
    Ok(())
}

fn main() {}
