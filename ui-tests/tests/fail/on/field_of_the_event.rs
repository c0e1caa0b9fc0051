// What the event is about is its `data`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[on(Order::created)]
async fn f(_cx: Flow, event: Event<Order>) -> Result<()> {
    println!("{}", event.cents);
    Ok(())
}

dotdo::app! { Shop { Order, f } }

fn main() {}
