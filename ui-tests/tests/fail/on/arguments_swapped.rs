// The context comes first.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::created)]
async fn welcome(_event: Event<Customer>, _cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
