// Every noun has an id of its own.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    #[primary_key]
    pub number: i64,
}

fn main() {}
