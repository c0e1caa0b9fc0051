// A reference is compared with an id of its own noun.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[noun]
pub struct Order {
    pub customer: Ref<Customer>,
}

fn order_of(id: Id<Order>) {
    let _ = Order::find(|c| c.customer.eq(id));
}

fn main() {
    let _ = order_of;
}
