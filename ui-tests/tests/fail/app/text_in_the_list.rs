// The list has names, not texts.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

dotdo::app! { Shop { "Order" } }

fn main() {}
