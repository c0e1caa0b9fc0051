// A noun has no type parameters.
use dotdo::prelude::*;

#[noun]
pub struct Customer<T> {
    pub name: T,
}

fn main() {}
