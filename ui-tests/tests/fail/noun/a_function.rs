// `#[noun]` is for a struct.
use dotdo::prelude::*;

#[noun]
fn customer() {}

fn main() {}
