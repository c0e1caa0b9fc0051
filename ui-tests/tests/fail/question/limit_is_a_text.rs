// A limit is a number.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

fn main() {
    let _ = Customer::all().limit("ten");
}
