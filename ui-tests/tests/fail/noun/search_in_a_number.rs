// Only texts are searched.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    #[search]
    pub number: i64,
}

fn main() {}
