// dotdo reads and writes nouns by itself.
use dotdo::prelude::*;

#[noun]
#[derive(serde::Serialize)]
pub struct Order {
    pub cents: i64,
}

fn main() {}
