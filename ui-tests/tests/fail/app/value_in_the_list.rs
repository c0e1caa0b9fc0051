// Values need no listing.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[derive(Value)]
pub struct Money {
    pub cents: i64,
}

dotdo::app! { pub Crm { Customer, Money } }

fn main() {}
