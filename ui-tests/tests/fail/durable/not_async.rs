// A durable function may wait.
use dotdo::prelude::*;

#[durable]
fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
