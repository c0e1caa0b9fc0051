// Only a business has a domain.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::part! { domain: "shop.example", pub Mail { Customer } }

fn main() {}
