// A value is a struct or an enum.
use dotdo::prelude::*;

#[derive(Value)]
pub union Bits {
    pub whole: u32,
    pub half: u16,
}

fn main() {}
