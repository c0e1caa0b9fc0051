// What is listed is part of a business.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

pub struct Loose;

dotdo::app! { pub Crm { Customer, Loose } }

fn main() {}
