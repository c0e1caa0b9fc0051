// A default has the type of its field.
use dotdo::prelude::*;

#[noun]
pub struct Review {
    #[default("five")]
    pub stars: i64,
}

fn main() {}
