// A form has no table; its conditions are Rust.
use dotdo::prelude::*;

#[form]
pub struct Review {
    #[check("stars > 0")]
    pub stars: i64,
}

fn main() {}
