// What a variant holds is a value.
use dotdo::prelude::*;

pub struct Money {
    pub cents: i64,
}

#[derive(Value)]
pub enum Answer {
    Paid(Money),
    Refused,
}

fn main() {}
