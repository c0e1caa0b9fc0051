// `Value` brings `Clone`, `Debug` and `PartialEq`.
use dotdo::prelude::*;

#[derive(Clone, Value)]
pub struct Receipt {
    pub number: i64,
}

fn main() {}
