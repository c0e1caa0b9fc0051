// The only history that is asked for is none.
use dotdo::prelude::*;

#[noun(history = short)]
pub struct Customer {
    pub name: String,
}

fn main() {}
