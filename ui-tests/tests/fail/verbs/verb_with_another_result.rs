// A verb returns a `Result`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[query]
    fn total(&self, _cx: &View) -> i64 {
        self.paid_cents
    }
}

fn main() {}
