//! Calls, events and journals go across the borders of crates.

use dotdo::Sim;
use dotdo::prelude::*;
use shop::Shop;
use shop_nouns::{Customer, Order, Stage};
use shop_work::charge;

#[dotdo::test(crash = "every step")]
async fn an_order_is_billed_and_the_customer_thanked(sim: Sim<Shop>) -> Result<()> {
    let ann = sim
        .create(Customer {
            email: "ann@shop.example".into(),
            paid_orders: 0,
        })
        .await?;
    let order = sim
        .create(Order {
            customer: ann.clone(),
            cents: 1200,
            stage: Stage::Open,
        })
        .await?;
    sim.settle().await;

    assert_eq!(sim.call(order.stub().get()).await?.stage, Stage::Paid);
    assert_eq!(sim.call(ann.stub().get()).await?.paid_orders, 1, "once");
    assert_eq!(sim.call(order.stub().buyer()).await?, ann);
    let good = Customer::find(|c| c.paid_orders.ge(1)).count();
    assert_eq!(sim.call(good).await?, 1);
    Ok(())
}

#[dotdo::test]
async fn a_step_of_another_crate_can_be_replaced(sim: Sim<Shop>) -> Result<()> {
    let charges = sim
        .mock::<charge>()
        .with(|_| Err(Error::permanent("the card is stolen")));
    let ann = sim
        .create(Customer {
            email: "ann@shop.example".into(),
            paid_orders: 0,
        })
        .await?;
    let order = sim
        .create(Order {
            customer: ann,
            cents: 1200,
            stage: Stage::Open,
        })
        .await?;
    sim.settle().await;

    assert_eq!(charges.calls()?[0].cents, 1200);
    assert_eq!(sim.call(order.stub().get()).await?.stage, Stage::Open);
    Ok(())
}
