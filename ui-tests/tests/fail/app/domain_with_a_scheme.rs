// A domain is no URL.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::app! { domain: "https://shop.example/", pub Crm { Customer } }

fn main() {}
