// A step does nothing until it is run.
#![deny(unused_must_use)]
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {
    charge(3);
}
