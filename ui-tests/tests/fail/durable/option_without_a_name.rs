// Options have names.
use dotdo::prelude::*;

#[durable(3)]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
