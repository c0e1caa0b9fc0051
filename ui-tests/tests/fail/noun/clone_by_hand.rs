// A noun brings `Clone`, `Debug` and `PartialEq`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

impl Clone for Order {
    fn clone(&self) -> Self {
        Self { cents: self.cents }
    }
}

fn main() {}
