// An option is given once.
use dotdo::prelude::*;

#[noun(plural = "People", plural = "Persons")]
pub struct Person {
    pub name: String,
}

fn main() {}
