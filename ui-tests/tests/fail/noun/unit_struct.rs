// A noun has fields.
use dotdo::prelude::*;

#[noun]
pub struct Customer;

fn main() {}
