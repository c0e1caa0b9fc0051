// A filter says yes or no.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::created, filter = |event| event.data.name.len())]
async fn welcome(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

fn main() {}
