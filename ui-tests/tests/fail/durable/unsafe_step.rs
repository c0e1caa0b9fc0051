// A step is safe to call.
use dotdo::prelude::*;

#[durable]
async unsafe fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
