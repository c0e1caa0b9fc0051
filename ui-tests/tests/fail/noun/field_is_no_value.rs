// The type of a field is a value.
use dotdo::prelude::*;

pub struct Money {
    pub cents: i64,
}

#[noun]
pub struct Order {
    pub total: Money,
}

fn main() {}
