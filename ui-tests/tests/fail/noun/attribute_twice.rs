// An attribute of a field is given once.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    #[index]
    #[index]
    pub name: String,
}

fn main() {}
