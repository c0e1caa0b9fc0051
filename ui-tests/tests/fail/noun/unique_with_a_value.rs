// `#[unique]` stands alone.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    #[unique(yes)]
    pub name: String,
}

fn main() {}
