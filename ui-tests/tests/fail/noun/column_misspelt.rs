// Columns of a question are fields.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub email: String,
}

fn main() {
    let _ = Customer::find(|c| c.emial.eq("ann@example.com"));
}
