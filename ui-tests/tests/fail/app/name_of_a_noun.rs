// The app has a name of its own.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::app! { pub Customer { Customer } }

fn main() {}
