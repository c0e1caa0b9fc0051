// The fields of a noun have names.
use dotdo::prelude::*;

#[noun]
pub struct Customer(String);

fn main() {}
