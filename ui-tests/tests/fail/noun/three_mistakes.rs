// All mistakes of a noun are shown at once, each at its place.
//~ 3 errors: there are three mistakes
use dotdo::prelude::*;

#[noun(kind = "Humen")]
pub struct Customer {
    #[search]
    pub age: i64,
    #[range(9..=1)]
    pub stars: i64,
}

fn main() {}
