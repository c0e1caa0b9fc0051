// The list stands in braces, not in brackets.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

dotdo::app! { Shop [Order] }

fn main() {}
