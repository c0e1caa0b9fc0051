// The options of a value are known.
use dotdo::prelude::*;

#[derive(Value)]
#[value(with_out(Debug))]
pub struct Money {
    pub cents: i64,
}

fn main() {}
