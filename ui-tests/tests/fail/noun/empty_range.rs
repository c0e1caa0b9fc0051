// A range has at least one number in it.
use dotdo::prelude::*;

#[noun]
pub struct Review {
    #[range(5..=1)]
    pub stars: i64,
}

fn main() {}
