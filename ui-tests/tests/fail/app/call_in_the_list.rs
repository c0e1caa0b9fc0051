// The list names items.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::app! { pub Crm { Customer, welcome() } }

fn main() {}
