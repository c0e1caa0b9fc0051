// A back-off grows.
use dotdo::prelude::*;

#[durable(backoff = "30s..1s")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
