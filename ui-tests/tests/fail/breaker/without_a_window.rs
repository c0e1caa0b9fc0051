// A breaker says within which time it counts.
use dotdo::prelude::*;

#[durable(breaker = "5, 30s")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
