// The option is named `retry`.
use dotdo::prelude::*;

#[durable(max_attempts = 3)]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
