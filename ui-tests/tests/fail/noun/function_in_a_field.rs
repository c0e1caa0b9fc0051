// Code is no value.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub greet: fn(),
}

fn main() {}
