// A number has a range.
use dotdo::prelude::*;

#[form]
pub struct Review {
    #[length(1..=5)]
    pub stars: i64,
}

fn main() {}
