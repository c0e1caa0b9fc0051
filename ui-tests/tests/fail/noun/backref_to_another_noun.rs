// The column that `#[backref]` names refers to this noun.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
    #[backref(Order::number)]
    pub orders: Many<Order>,
}

#[noun]
pub struct Order {
    pub number: i64,
}

fn main() {}
