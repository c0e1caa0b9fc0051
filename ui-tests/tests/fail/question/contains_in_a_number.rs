// Only texts have words.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

fn main() {
    let _ = Order::find(|c| c.cents.contains("3"));
}
