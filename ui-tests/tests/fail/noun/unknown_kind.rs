// A kind is one of nine words.
use dotdo::prelude::*;

#[noun(kind = "Robot")]
pub struct Customer {
    pub name: String,
}

fn main() {}
