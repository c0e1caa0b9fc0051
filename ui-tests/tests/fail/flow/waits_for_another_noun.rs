//! The thing that is waited for is of another noun.
use dotdo::prelude::*;

#[noun]
pub struct Order { pub cents: i64 }

#[noun]
pub struct Guest { pub name: String }

#[derive(Value)]
pub struct Receipt { pub number: String }

#[durable]
async fn charge(cents: i64) -> Result<Receipt> { Ok(Receipt { number: cents.to_string() }) }

#[durable]
async fn refund(receipt: Receipt) -> Result<()> { println!("{}", receipt.number); Ok(()) }

#[durable]
async fn note(text: String) -> Result<()> { println!("{text}"); Ok(()) }

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, cents: i64) -> Result<i64> { Ok(cents) }
}

#[on(Order::created)]
async fn fulfil(cx: Flow, event: Event<Order>) -> Result<()> {
    let guest = cx.run(Guest { name: "Ann".into() }.create()).await?;
    cx.wait_for(Order::paid).of(guest).await?;
    cx.run(note(event.id)).await
}

dotdo::app! { pub Shop { Order, Guest, charge, refund, note, fulfil } }

fn main() {}
