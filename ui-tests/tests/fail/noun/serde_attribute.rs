// The JSON of a noun has the names of its fields.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    #[serde(rename = "fullName")]
    pub full_name: String,
}

fn main() {}
