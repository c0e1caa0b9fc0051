// There is a value of it.
use dotdo::prelude::*;

#[derive(Value)]
pub enum Never {}

fn main() {}
