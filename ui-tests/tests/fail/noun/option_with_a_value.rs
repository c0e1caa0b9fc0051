// `object` stands alone.
use dotdo::prelude::*;

#[noun(object = true)]
pub struct Customer {
    pub name: String,
}

fn main() {}
