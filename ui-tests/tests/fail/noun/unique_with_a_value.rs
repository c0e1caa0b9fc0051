// `#[unique]` stands alone, or has one word.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    #[unique(yes)]
    pub name: String,
}

fn main() {}
