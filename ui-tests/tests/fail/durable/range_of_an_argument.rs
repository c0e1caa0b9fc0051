// What an argument may be is checked inside.
use dotdo::prelude::*;

#[durable]
async fn charge(#[range(1..=3)] cents: i64) -> Result<i64> {
    Ok(cents)
}

dotdo::app! { Shop { charge } }

fn main() {}
