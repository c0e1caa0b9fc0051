// A noun is marked once.
use dotdo::prelude::*;

#[noun]
#[noun]
pub struct Customer {
    pub name: String,
}

fn main() {}
