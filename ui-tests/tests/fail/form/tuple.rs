// The fields of a form have names.
use dotdo::prelude::*;

#[form]
pub struct Review(bool);

fn main() {}
