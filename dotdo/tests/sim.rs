//! `#[dotdo::test]`: what a user's test can do with a simulated business.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

use dotdo::prelude::*;
use dotdo::{Faults, Sim, Status};

#[noun(object)]
pub struct Order {
    pub cents: i64,
    #[default(false)]
    pub paid: bool,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, receipt: String) -> Result<String> {
        ensure!(!self.paid, "it is paid");
        self.paid = true;
        Ok(receipt)
    }

    #[on(Order::created)]
    async fn fulfil(cx: Flow<Order>, event: Event<Order>) -> Result<()> {
        let receipt = cx
            .run(charge(
                event.subject().id().as_str().to_owned(),
                event.data.cents,
            ))
            .await?;
        cx.run(cx.this().pay(receipt)).await?;
        cx.sleep(days(3)).await?;
        cx.run(thank(event.data.cents)).await
    }
}

#[durable(retry = 5, backoff = "100ms..1s")]
async fn charge(order: String, cents: i64) -> Result<String> {
    bail!("no test charges {cents} for {order} in earnest")
}

#[durable(retry = 5)]
async fn thank(cents: i64) -> Result<()> {
    bail!("no test thanks for {cents} in earnest")
}

dotdo::app! { pub Shop { Order, charge, thank } }

fn order() -> Order {
    Order {
        cents: 500,
        paid: false,
    }
}

#[dotdo::test]
async fn time_passes_step_by_step(sim: Sim<Shop>) -> Result<()> {
    let charged = sim
        .mock::<charge>()
        .with(|charge { order, cents }| Ok(format!("{order}:{cents}")));
    let thanked = sim.mock::<thank>().with(|_| Ok(()));
    let order = sim.create(order()).await?;
    sim.settle().await;
    assert_eq!(charged.calls()?[0].cents, 500);
    assert!(sim.call(order.stub().get()).await?.paid);
    sim.advance(days(2)).await;
    assert_eq!(thanked.count(), 0);
    sim.advance(days(1)).await;
    assert_eq!(thanked.count(), 1);
    let events = sim.events_at(sim.object_of(&order)).await?;
    let names: Vec<_> = events.iter().map(|event| event.verb.as_str()).collect();
    assert_eq!(names, ["created", "paid"]);
    let actions = sim.actions_at(sim.object_of(&order)).await?;
    assert!(
        actions
            .iter()
            .all(|action| action.status == Status::Completed)
    );
    assert!(sim.dead_letters_at(sim.object_of(&order)).await?.is_empty());
    Ok(())
}

#[dotdo::test]
async fn a_step_fails_when_the_test_says_so(sim: Sim<Shop>) -> Result<()> {
    let charged = sim.mock::<charge>().with(|_| Ok("receipt".into()));
    charged
        .fail_nth(1, "the line is busy")
        .fail_nth(2, "still busy");
    sim.mock::<thank>().with(|_| bail!("we do not thank"));
    let order = sim.create(order()).await?;
    sim.advance(days(4)).await;
    assert_eq!((charged.count(), charged.distinct()), (3, 1));
    let letters = sim.dead_letters_at(sim.object_of(&order)).await?;
    assert_eq!(letters[0].error.message(), "we do not thank");
    Ok(())
}

#[dotdo::test(crash = "every step")]
async fn every_step_is_run_again_with_its_key(sim: Sim<Shop>) -> Result<()> {
    let charged = sim.mock::<charge>().with(|_| Ok("receipt".into()));
    let thanked = sim.mock::<thank>().with(|_| Ok(()));
    let order = sim.create(order()).await?;
    sim.advance(days(4)).await;
    assert_eq!((charged.count(), charged.distinct()), (2, 1));
    assert_eq!((thanked.count(), thanked.distinct()), (2, 1));
    assert!(sim.call(order.stub().get()).await?.paid);
    Ok(())
}

#[dotdo::test(crash = "every turn")]
async fn a_crash_after_any_turn_changes_nothing(sim: Sim<Shop>) -> Result<()> {
    fulfils(sim).await
}

#[dotdo::test(seeds = 60, faults = "all")]
async fn it_fulfils_whatever_happens(sim: Sim<Shop>) -> Result<()> {
    fulfils(sim).await
}

async fn fulfils(sim: Sim<Shop>) -> Result<()> {
    let charged = sim.mock::<charge>().with(|_| Ok("receipt".into()));
    let thanked = sim.mock::<thank>().with(|_| Ok(()));
    let order = sim.create(order()).await?;
    sim.advance(days(4)).await;
    sim.set_faults(Faults::none());
    sim.advance(days(1)).await;
    assert_eq!(charged.distinct(), 1);
    assert_eq!(thanked.distinct(), 1);
    assert!(sim.call(order.stub().get()).await?.paid);
    let events = sim.events_at(sim.object_of(&order)).await?;
    assert_eq!(events.len(), 2);
    Ok(())
}

#[test]
fn the_same_seed_is_the_same_run() {
    let run = |seed| {
        let sim = Sim::<Shop>::builder(Shop::DEF)
            .seed(seed)
            .faults(Faults::all())
            .start::<Shop>()
            .unwrap();
        dotdo_runtime::host::sim::test::block_on(fulfils(sim.clone())).unwrap();
        (sim.fingerprint(), sim.stats())
    };
    assert_eq!(run(1), run(1));
    assert_eq!(run(2), run(2));
    assert_ne!(run(1).0, run(2).0);
}
