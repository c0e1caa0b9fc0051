// `#[verbs]` is for an `impl`.
use dotdo::prelude::*;

#[verbs]
pub struct Order {
    pub paid_cents: i64,
}

fn main() {}
