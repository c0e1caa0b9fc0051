// A check is a condition.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    #[check]
    pub cents: i64,
}

fn main() {}
