// `#[was]` says another name.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    #[was("name")]
    pub name: String,
}

fn main() {}
