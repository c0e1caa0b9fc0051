// Variants are stored by name.
use dotdo::prelude::*;

#[derive(Value)]
pub enum Level {
    Low = 1,
    High,
}

fn main() {}
