// `#[query]` stands in an `impl` marked `#[verbs]`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

impl Order {
    #[query]
    fn total(&self, _cx: &View) -> Result<i64> {
        Ok(self.paid_cents)
    }
}

fn main() {}
