// `plural` has a text.
use dotdo::prelude::*;

#[noun(plural)]
pub struct Person {
    pub name: String,
}

fn main() {}
