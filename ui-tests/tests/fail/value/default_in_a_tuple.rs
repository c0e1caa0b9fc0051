// Only fields with names have defaults.
use dotdo::prelude::*;

#[derive(Value)]
pub struct Pair(i64, #[default(1)] i64);

fn main() {}
