// A value has no type parameters.
use dotdo::prelude::*;

#[derive(Value)]
pub struct Pair<T> {
    pub left: T,
}

fn main() {}
