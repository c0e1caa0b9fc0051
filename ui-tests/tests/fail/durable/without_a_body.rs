// A step has a body.
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64>;

fn main() {}
