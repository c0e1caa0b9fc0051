// The event is one of the noun.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::shipped)]
async fn welcome(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

fn main() {}
