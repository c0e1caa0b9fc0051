// A name has letters.
use dotdo::prelude::*;

#[durable(name = "")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
