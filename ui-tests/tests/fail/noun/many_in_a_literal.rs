// A `Many` is made by dotdo, not of a list.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    #[backref(Order::customer)]
    pub orders: Many<Order>,
}
#[noun]
pub struct Order {
    pub customer: Ref<Customer>,
}

fn main() {
    let _ = Customer { orders: Vec::new() };
}
