// An event says which noun it is about.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[on(Order::created)]
async fn f(_cx: Flow, _event: Event) -> Result<()> {
    Ok(())
}

dotdo::app! { Shop { Order, f } }

fn main() {}
