// A `Many` is no column.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
    #[index]
    #[backref(Order::customer)]
    pub orders: Many<Order>,
}

#[noun]
pub struct Order {
    pub customer: Ref<Customer>,
}

fn main() {}
