// A query only reads.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[query]
    fn total(&mut self, _cx: &View) -> Result<i64> {
        Ok(self.paid_cents)
    }
}

fn main() {}
