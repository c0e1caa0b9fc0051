// The argument has the type of the event.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[noun]
pub struct Order {
    pub number: i64,
}

#[on(Order::created)]
async fn welcome(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

fn main() {}
