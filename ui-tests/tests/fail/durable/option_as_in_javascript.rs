// Options are written `name = value`.
use dotdo::prelude::*;

#[durable(retry: 3)]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
