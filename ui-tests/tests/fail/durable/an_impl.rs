// `#[durable]` is for a function.
use dotdo::prelude::*;

pub struct Cards;

#[durable]
impl Cards {}

fn main() {}
