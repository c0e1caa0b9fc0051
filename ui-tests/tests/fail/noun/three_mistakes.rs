// All mistakes of a noun are shown at once, each at its place.
use dotdo::prelude::*;

#[noun(kind = "Humen")]
pub struct Customer {
    #[search]
    pub age: i64,
    #[range(9..=1)]
    pub stars: i64,
}

fn main() {}
