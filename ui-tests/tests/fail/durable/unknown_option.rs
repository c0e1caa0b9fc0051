// Every option is known; a near one is suggested.
use dotdo::prelude::*;

#[durable(retries = 3)]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
