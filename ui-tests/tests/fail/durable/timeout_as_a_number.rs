// A duration is a text with a unit.
use dotdo::prelude::*;

#[durable(timeout = 20)]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
