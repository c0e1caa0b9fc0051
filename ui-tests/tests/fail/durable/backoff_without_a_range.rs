// A back-off has a first and a longest delay.
use dotdo::prelude::*;

#[durable(backoff = "1s..")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
