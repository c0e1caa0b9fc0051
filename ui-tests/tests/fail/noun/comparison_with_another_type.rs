// Columns are compared with values of their type.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub age: i64,
}

fn main() {
    let _ = Customer::find(|c| c.age.gt("eighteen"));
}
