// An option has its value.
use dotdo::prelude::*;

#[durable(retry = )]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
