// Every key is known.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::app! { domian: "shop.example", pub Crm { Customer } }

fn main() {}
