// What runs is waited for.
#![deny(unused_must_use)]
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

#[durable]
async fn onboard(cx: Flow) -> Result<()> {
    cx.run(charge(3));
    Ok(())
}

fn main() {}
