// Keys stand before the name.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::app! { pub Crm { Customer }, domain: "shop.example" }

fn main() {}
