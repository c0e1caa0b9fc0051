// Uniqueness cannot be kept across objects.
use dotdo::prelude::*;

#[noun(object)]
pub struct Order {
    #[unique]
    pub number: i64,
}

fn main() {}
