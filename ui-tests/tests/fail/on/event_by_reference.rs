// A handler owns its event.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::created)]
async fn welcome(_cx: Flow, _event: &Event<Customer>) -> Result<()> {
    Ok(())
}

fn main() {}
