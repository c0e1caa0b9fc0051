// Keys are followed by a colon.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::app! { domain = "shop.example", pub Crm { Customer } }

fn main() {}
