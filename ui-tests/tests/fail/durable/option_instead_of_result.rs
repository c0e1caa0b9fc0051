// A step can fail.
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Option<i64> {
    Some(cents)
}

fn main() {}
