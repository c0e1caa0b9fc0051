// A flow has no `self`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[on(Order::created)]
    async fn greet(&self, _cx: Flow<Order>, _event: Event<Order>) -> Result<()> {
        Ok(())
    }
}

fn main() {}
