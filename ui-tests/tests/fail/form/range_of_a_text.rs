// A text has a length.
use dotdo::prelude::*;

#[form]
pub struct Review {
    #[range(1..=500)]
    pub note: Option<String>,
}

fn main() {}
