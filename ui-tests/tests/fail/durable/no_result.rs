// A durable function returns a `Result`.
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> i64 {
    cents
}

fn main() {}
