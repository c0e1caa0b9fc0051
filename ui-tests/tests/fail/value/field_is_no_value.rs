// What a value is made of are values.
use dotdo::prelude::*;

pub struct Money {
    pub cents: i64,
}

#[derive(Value)]
pub struct Receipt {
    pub paid: Money,
}

fn main() {}
