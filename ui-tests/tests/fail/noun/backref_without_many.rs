// `#[backref]` is for a `Many`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    #[backref(Customer::orders)]
    pub customer: Ref<Customer>,
}

#[noun]
pub struct Customer {
    pub name: String,
}

fn main() {}
