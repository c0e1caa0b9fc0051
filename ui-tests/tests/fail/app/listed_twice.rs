// An item is listed once.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::app! { pub Crm { Customer, Customer } }

fn main() {}
