// Who fills in the form wants to know what would be right.
use dotdo::prelude::*;

#[form]
pub struct Review {
    #[check(|note| !note.is_empty())]
    pub note: String,
}

fn main() {}
