// A form is a struct.
use dotdo::prelude::*;

#[form]
pub enum Verdict {
    Fine,
    Fishy,
}

fn main() {}
