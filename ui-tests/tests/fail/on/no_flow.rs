// A handler takes a `Flow` first.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::created)]
async fn welcome(_name: String, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

fn main() {}
