// A breaker counts failures.
use dotdo::prelude::*;

#[durable(breaker = "some in 1m, 30s")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
