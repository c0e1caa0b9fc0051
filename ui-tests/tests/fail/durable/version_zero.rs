// Versions are counted from 1.
use dotdo::prelude::*;

#[durable(version = 0)]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
