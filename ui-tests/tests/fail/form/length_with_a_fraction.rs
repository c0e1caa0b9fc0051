// Characters are counted.
use dotdo::prelude::*;

#[form]
pub struct Review {
    #[length(0.5..)]
    pub note: String,
}

fn main() {}
