// Retries are counted.
use dotdo::prelude::*;

#[durable(retry = 2.5)]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
