// Arguments are values.
use dotdo::prelude::*;

pub struct Money {
    pub cents: i64,
}

#[durable]
async fn charge(money: Money) -> Result<i64> {
    Ok(money.cents)
}

fn main() {}
