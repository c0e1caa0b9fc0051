// The column that `#[backref]` names exists.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
    #[backref(Order::custommer)]
    pub orders: Many<Order>,
}

#[noun]
pub struct Order {
    pub customer: Ref<Customer>,
}

fn main() {}
