// The condition gets what the field holds.
use dotdo::prelude::*;

#[form]
pub struct Review {
    #[check(|stars| stars.is_empty(), "at least one")]
    pub stars: i64,
}

fn main() {}
