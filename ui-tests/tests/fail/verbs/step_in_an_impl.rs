// A step stands outside.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[durable]
    async fn charge(cents: i64) -> Result<i64> {
        Ok(cents)
    }
}

fn main() {}
