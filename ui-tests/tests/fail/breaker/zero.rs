// A breaker opens after a failure at the earliest.
use dotdo::prelude::*;

#[durable(breaker = "0 in 1m, 30s")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
