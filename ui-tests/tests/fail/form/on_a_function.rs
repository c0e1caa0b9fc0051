// A form is a struct.
use dotdo::prelude::*;

#[form]
fn review() {}

fn main() {}
