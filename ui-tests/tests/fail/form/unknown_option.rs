// A form has a title.
use dotdo::prelude::*;

#[form(titel = "Risk review")]
pub struct Review {
    pub release: bool,
}

fn main() {}
