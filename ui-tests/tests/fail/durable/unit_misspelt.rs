// A duration is read while compiling.
use dotdo::prelude::*;

#[durable(timeout = "30 dayz")]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
