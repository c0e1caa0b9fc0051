// A noun refers to another by `Ref`.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[noun]
pub struct Order {
    pub customer: Customers,
}

fn main() {}
