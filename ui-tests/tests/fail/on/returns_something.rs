// Nobody takes what a handler returns.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::created)]
async fn welcome(_cx: Flow, event: Event<Customer>) -> Result<String> {
    Ok(event.data.name)
}

fn main() {}
