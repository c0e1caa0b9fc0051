// A `Many` says whose back side it is.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
    pub orders: Many<Order>,
}

#[noun]
pub struct Order {
    pub customer: Ref<Customer>,
}

fn main() {}
