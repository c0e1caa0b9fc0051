// A noun has no type parameters, and so has its `impl`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl<T> Order {
    fn total(&self) -> i64 {
        self.cents
    }
}

fn main() {}
