// A handler can be reached.
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
async fn note(_cx: Flow, _event: Event<Order>) -> Result<()> {
    Ok(())
}

dotdo::app! { pub Crm { Customer, note } }

fn main() {}
