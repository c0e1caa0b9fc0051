// A noun is named in PascalCase.
use dotdo::prelude::*;

#[noun]
#[allow(non_camel_case_types)]
pub struct big_customer {
    pub name: String,
}

fn main() {}
