// A breaker says how long it pauses.
use dotdo::prelude::*;

#[durable(breaker = "5 in 1m")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
