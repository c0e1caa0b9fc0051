// What is listed exists.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::app! { pub Crm { Custmer } }

fn main() {}
