// A default is an expression.
use dotdo::prelude::*;

#[noun]
pub struct Review {
    #[default]
    pub stars: i64,
}

fn main() {}
