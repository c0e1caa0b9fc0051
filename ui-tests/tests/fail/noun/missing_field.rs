// A thing has all fields of its noun.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

fn main() {
    let _ = Customer {};
}
