// A handler of another noun's events says which instance handles them.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[noun]
pub struct Customer {
    pub name: String,
}

#[verbs]
impl Customer {
    #[on(Order::created)]
    async fn note(_cx: Flow<Customer>, _event: Event<Order>) -> Result<()> {
        Ok(())
    }
}

fn main() {}
