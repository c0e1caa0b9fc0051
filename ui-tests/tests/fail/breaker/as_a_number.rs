// A breaker is a text.
use dotdo::prelude::*;

#[durable(breaker = 5)]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
