// The former name is a text.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    #[was(tel)]
    pub phone: String,
}

fn main() {}
