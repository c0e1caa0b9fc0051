// A step returns dotdo's `Result`.
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64, String> {
    Ok(cents)
}

fn main() {}
