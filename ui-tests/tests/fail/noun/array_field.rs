// A list is a `Vec`.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub marks: [i64; 3],
}

fn main() {}
