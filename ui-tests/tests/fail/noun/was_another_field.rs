// A column has one heir.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
    #[was("name")]
    pub full_name: String,
}

fn main() {}
