// A field has one type that can be stored.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub x: Box<dyn std::any::Any>,
}

fn main() {}
