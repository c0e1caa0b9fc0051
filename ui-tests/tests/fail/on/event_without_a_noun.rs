// An event belongs to a noun.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(created)]
async fn welcome(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

fn main() {}
