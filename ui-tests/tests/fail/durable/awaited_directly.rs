// A step does nothing by itself.
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

#[durable]
async fn buy(_cx: Flow) -> Result<()> {
    charge(3).await?;
    Ok(())
}

fn main() {}
