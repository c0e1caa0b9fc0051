// The enum of all events is the noun's.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::*)]
async fn audit(_cx: Flow, _event: String) -> Result<()> {
    Ok(())
}

fn main() {}
