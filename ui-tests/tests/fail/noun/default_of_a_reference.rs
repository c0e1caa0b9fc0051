// The default is an expression of the field's type.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    #[default = "Ann"]
    pub name: String,
}

fn main() {}
