// The name is stored in journals.
use dotdo::prelude::*;

#[durable(name = "charge the card")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
