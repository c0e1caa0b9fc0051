// A noun owns what it stores.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: &'static str,
}

fn main() {}
