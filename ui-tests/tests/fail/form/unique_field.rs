// A form is no table.
use dotdo::prelude::*;

#[form]
pub struct Review {
    #[unique]
    pub email: String,
}

fn main() {}
