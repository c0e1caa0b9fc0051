// A value is one column.
use dotdo::prelude::*;

#[derive(Value)]
pub struct Money {
    #[unique]
    pub cents: i64,
}

fn main() {}
