// What a step returns is a value.
use dotdo::prelude::*;

pub struct Money {
    pub cents: i64,
}

#[durable]
async fn charge(cents: i64) -> Result<Money> {
    Ok(Money { cents })
}

fn main() {}
