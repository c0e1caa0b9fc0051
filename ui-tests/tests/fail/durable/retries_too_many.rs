// A number of retries is a `u32`.
use dotdo::prelude::*;

#[durable(retry = 99999999999)]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
