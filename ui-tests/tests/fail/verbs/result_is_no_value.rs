// What a query returns is a value.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

pub struct Money {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[query]
    fn total(&self, _cx: &View) -> Result<Money> {
        Ok(Money {
            cents: self.paid_cents,
        })
    }
}

fn main() {}
