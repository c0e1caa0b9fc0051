// The list stands in braces.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

dotdo::app! { Shop: Order }

fn main() {}
