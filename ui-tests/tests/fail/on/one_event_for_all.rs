// A handler of all events takes the enum of them.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::*)]
async fn audit(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

fn main() {}
