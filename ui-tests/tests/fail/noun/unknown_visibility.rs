// A visibility is one of four words.
use dotdo::prelude::*;

#[noun(visibility = "pubic")]
pub struct Customer {
    pub name: String,
}

fn main() {}
