// A noun is a value already.
use dotdo::prelude::*;

#[noun]
#[derive(Value)]
pub struct Customer {
    pub email: String,
}

fn main() {}
