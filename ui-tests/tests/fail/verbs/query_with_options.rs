// A query has no options.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[query(event = looked_at)]
    fn total(&self, _cx: &View) -> Result<i64> {
        Ok(self.paid_cents)
    }
}

fn main() {}
