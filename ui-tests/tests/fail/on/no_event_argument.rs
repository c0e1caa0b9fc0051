// A handler takes the event.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::created)]
async fn welcome(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
