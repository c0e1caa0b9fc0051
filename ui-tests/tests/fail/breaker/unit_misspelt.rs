// A breaker has durations.
use dotdo::prelude::*;

#[durable(breaker = "5 in 1 minut, 30s")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
