// The values of `is_in` are of the column's type.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

fn main() {
    let _ = Order::find(|c| c.cents.is_in(["one", "two"]));
}
