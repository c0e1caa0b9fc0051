// Order is by a column.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

fn main() {
    let _ = Customer::all().order_by(|c| c.nmae.asc());
}
