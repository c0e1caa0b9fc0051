// The name stands without `struct`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

dotdo::app! { pub struct Shop { Order } }

fn main() {}
