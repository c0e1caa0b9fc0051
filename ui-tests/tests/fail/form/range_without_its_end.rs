// A range of values includes its end.
use dotdo::prelude::*;

#[form]
pub struct Review {
    #[range(1..5)]
    pub stars: i64,
}

fn main() {}
