// A question is made of methods, because it is asked in SQL.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

fn main() {
    let _ = Order::find(|c| c.cents > 3);
}
