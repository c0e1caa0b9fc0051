// `without` lists what `Value` brings along.
use dotdo::prelude::*;

#[derive(Value)]
#[value(without(Hash))]
pub struct Receipt {
    pub number: i64,
}

fn main() {}
