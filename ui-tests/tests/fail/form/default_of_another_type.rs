// A default is what the field holds.
use dotdo::prelude::*;

#[form]
pub struct Review {
    #[default("three")]
    pub stars: i64,
}

fn main() {}
