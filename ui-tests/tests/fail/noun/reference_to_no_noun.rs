// A `Ref` points at a noun.
use dotdo::prelude::*;

#[derive(Value)]
pub struct Address {
    pub town: String,
}

#[noun]
pub struct Customer {
    pub address: Ref<Address>,
}

fn main() {}
