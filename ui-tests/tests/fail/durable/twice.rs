// `#[durable]` is given once.
use dotdo::prelude::*;

#[durable]
#[durable(retry = 3)]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
