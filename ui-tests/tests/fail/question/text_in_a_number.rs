// A column is compared with a value of its type.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

fn main() {
    let _ = Order::find(|c| c.cents.between(1, "b"));
}
