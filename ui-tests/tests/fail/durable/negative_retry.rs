// Attempts are counted from 0.
use dotdo::prelude::*;

#[durable(retry = -1)]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
