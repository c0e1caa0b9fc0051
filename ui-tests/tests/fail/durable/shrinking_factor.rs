// Delays do not shrink.
use dotdo::prelude::*;

#[durable(factor = 0.5)]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
