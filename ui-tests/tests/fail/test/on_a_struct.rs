use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub email: String,
}

dotdo::app! { pub Crm { Customer } }

#[dotdo::test]
struct Nothing;

fn main() {}
