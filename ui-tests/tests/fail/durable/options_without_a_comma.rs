// Options are separated by commas.
use dotdo::prelude::*;

#[durable(retry = 3 timeout = "1s")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
