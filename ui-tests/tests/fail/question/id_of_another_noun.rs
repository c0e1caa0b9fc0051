// Ids of different nouns do not mix.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[noun]
pub struct Order {
    pub cents: i64,
}

fn order_of(id: Id<Customer>) {
    let _ = Order::stub(id);
}

fn main() {
    let _ = order_of;
}
