// A handler takes the event, which holds the noun.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::created)]
async fn welcome(_cx: Flow, _customer: Customer) -> Result<()> {
    Ok(())
}

fn main() {}
