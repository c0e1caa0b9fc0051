// A reference says to what.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub customer: Ref,
}

fn main() {}
