// A flow in an `impl` is about its noun.
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
    #[on(Customer::created)]
    async fn note(_cx: Flow<Order>, _event: Event<Customer>) -> Result<()> {
        Ok(())
    }
}

fn main() {}
