// A question names columns.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

fn main() {
    let _ = Customer::find("Ann");
}
