// A table has a name that SQL can read.
use dotdo::prelude::*;

#[noun(table = "my customers")]
pub struct Customer {
    pub name: String,
}

fn main() {}
