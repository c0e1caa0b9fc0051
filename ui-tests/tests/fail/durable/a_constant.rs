// `#[durable]` is for functions.
use dotdo::prelude::*;

#[durable]
const X: i64 = 3;

fn main() {}
