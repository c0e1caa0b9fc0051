// A duration is not negative.
use dotdo::prelude::*;

#[durable(timeout = "-5s")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
