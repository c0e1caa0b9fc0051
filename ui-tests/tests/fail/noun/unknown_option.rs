// Every option is known; a near one is suggested.
use dotdo::prelude::*;

#[noun(objekt)]
pub struct Customer {
    pub name: String,
}

fn main() {}
