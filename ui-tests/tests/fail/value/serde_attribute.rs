// The JSON of a value has the names of its fields.
use dotdo::prelude::*;

#[derive(Value)]
pub struct Money {
    #[serde(rename = "Cents")]
    pub cents: i64,
}

fn main() {}
