// A business is no part of another.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::app! { pub Crm { Customer } }

#[noun]
pub struct Order {
    pub cents: i64,
}

dotdo::app! { pub Shop { Order, Crm } }

fn main() {}
