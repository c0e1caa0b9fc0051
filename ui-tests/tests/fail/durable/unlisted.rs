// A step that is neither listed nor called is never used.
#![deny(dead_code)]
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
