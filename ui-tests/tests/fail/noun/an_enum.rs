// A noun is a struct.
use dotdo::prelude::*;

#[noun]
pub enum Customer {
    Private,
    Business,
}

fn main() {}
