// A part has no data of its own.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub email: String,
}

dotdo::part! { lock: none, pub Sales { Customer } }

fn main() {}
