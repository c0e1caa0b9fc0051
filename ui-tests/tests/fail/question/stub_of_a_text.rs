// Which one is said by an id.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

fn main() {
    let _ = Order::stub("o1");
}
