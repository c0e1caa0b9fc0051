// The kind is a text.
use dotdo::prelude::*;

#[noun(kind = Human)]
pub struct Customer {
    pub name: String,
}

fn main() {}
