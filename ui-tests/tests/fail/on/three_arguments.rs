// A handler takes two arguments.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::created)]
async fn welcome(_cx: Flow, _event: Event<Customer>, _times: i64) -> Result<()> {
    Ok(())
}

fn main() {}
