// A business has a name.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::app! { { Customer } }

fn main() {}
