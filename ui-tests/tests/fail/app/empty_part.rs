// A part consists of something.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::part! { pub Mail {} }

fn main() {}
