// A noun owns what it stores.
use dotdo::prelude::*;

#[noun]
pub struct Customer<'a> {
    pub name: &'a str,
}

fn main() {}
