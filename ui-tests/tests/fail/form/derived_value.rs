// A form is a value already.
use dotdo::prelude::*;

#[form]
#[derive(Clone, Value)]
pub struct Review {
    pub release: bool,
}

fn main() {}
