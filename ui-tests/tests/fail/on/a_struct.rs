// `#[on]` is for a function.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::created)]
pub struct Welcome {
    pub text: String,
}

fn main() {}
