// Jitter is true or false.
use dotdo::prelude::*;

#[durable(jitter = "yes")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
