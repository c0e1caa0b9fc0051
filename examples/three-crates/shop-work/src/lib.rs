//! What happens in the shop by itself.
//!
//! The nouns are another crate's, so nothing here is a method of theirs: handlers take events, flows take references, and
//! both call the verbs that the nouns have.

use dotdo::prelude::*;
use shop_nouns::{Order, OrderEvent, Receipt};

/// Charges whoever bought.
#[on(Order::created)]
pub(crate) async fn bill(cx: Flow, event: Event<Order>) -> Result<()> {
    let order = Ref::new(event.subject());
    cx.run(settle(order, event.data.cents)).await
}

/// Charges for an order and notes it down. A business that lists the part can call it, too.
#[durable]
pub async fn settle(cx: Flow, order: Ref<Order>, cents: i64) -> Result<()> {
    let receipt = cx.run(charge(order.clone(), cents)).await?;
    cx.run(Order::stub(order).pay(receipt)).await.map(drop)
}

/// Takes the money.
#[durable(retry = 3)]
pub async fn charge(order: Ref<Order>, cents: i64) -> Result<Receipt> {
    ensure!(cents > 0, "there is nothing to charge for {order:?}");
    let number = format!("{cents} cents, {}", StepKey::current());
    Ok(Receipt { number })
}

/// Looks after the customer whenever something happens to an order.
#[on(Order::*)]
pub(crate) async fn thank(cx: Flow, event: OrderEvent) -> Result<()> {
    let OrderEvent::Paid(event) = event else {
        return Ok(());
    };
    // Two calls in one round trip: the second goes to what the first returns.
    let buyer = Order::stub(event.subject()).buyer();
    cx.run(buyer.reward()).await.map(drop)
}

dotdo::part! {
    /// What happens by itself.
    pub Work { bill, settle, charge, thank }
}
