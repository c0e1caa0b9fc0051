// What an `Option` holds is a value too.
use dotdo::prelude::*;

pub struct Money {
    pub cents: i64,
}

#[noun]
pub struct Order {
    pub number: i64,
    pub total: Option<Money>,
}

fn main() {}
