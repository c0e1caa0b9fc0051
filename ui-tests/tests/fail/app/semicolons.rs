// The list is separated by commas.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[noun]
pub struct Order {
    pub cents: i64,
}

dotdo::app! { pub Crm { Customer; Order } }

fn main() {}
