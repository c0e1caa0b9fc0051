// A form is shown as it is.
use dotdo::prelude::*;

#[form]
pub struct Review<T> {
    pub verdict: T,
}

fn main() {}
