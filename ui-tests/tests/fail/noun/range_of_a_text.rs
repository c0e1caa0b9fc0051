// Only numbers have a range.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    #[range(1..=10)]
    pub name: String,
}

fn main() {}
