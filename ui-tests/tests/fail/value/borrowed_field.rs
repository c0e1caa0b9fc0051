// A value owns what it holds.
use dotdo::prelude::*;

#[derive(Value)]
pub struct Receipt {
    pub number: &'static str,
}

fn main() {}
