//! A flow that is under way meets a program that has changed.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use dotdo::{Action, ActionFilter, AppDef, Kind, Page, Status};
use dotdo_runtime::stub::Op;
use support::{Log, Test};

static LOG: Log = Log::new();

#[derive(Value)]
pub struct Receipt {
    pub number: String,
}

#[derive(Value)]
pub struct Bill {
    pub cents: i64,
}

#[durable]
async fn charge() -> Result<Receipt> {
    LOG.say("charge");
    Ok(Receipt {
        number: "r1".into(),
    })
}

#[durable]
async fn pack() -> Result<()> {
    LOG.say("pack");
    Ok(())
}

#[durable]
async fn wrap() -> Result<()> {
    LOG.say("wrap");
    Ok(())
}

/// A business whose one flow has this body and version.
macro_rules! shop {
    ($name:ident, $version:literal, [$($more:ident),*], |$cx:ident| $body:block) => {
        pub mod $name {
            use super::*;
            #[noun]
            pub struct Order {
                pub cents: i64,
            }
            #[on(Order::created)]
            #[durable(version = $version)]
            async fn fulfil($cx: Flow, _event: Event<Order>) -> Result<()> $body
            dotdo::app! { domain: "shop.example", pub Shop { Order, fulfil, $($more),* } }
        }
    };
}

shop!(first, 1, [charge, pack], |cx| {
    let receipt = cx.run(charge()).await?;
    cx.run(pack()).await?;
    cx.sleep(hours(1)).await?;
    LOG.say(format!("first done {}", receipt.number));
    Ok(())
});
shop!(swapped, 1, [charge, pack, wrap], |cx| {
    let receipt = cx.run(charge()).await?;
    cx.run(wrap()).await?;
    cx.sleep(hours(1)).await?;
    LOG.say(format!("swapped done {}", receipt.number));
    Ok(())
});
shop!(guarded, 2, [charge, pack, wrap], |cx| {
    let receipt = cx.run(charge()).await?;
    if cx.since(2) {
        cx.run(wrap()).await?;
    } else {
        cx.run(pack()).await?;
    }
    cx.sleep(hours(1)).await?;
    LOG.say(format!("guarded done {}", receipt.number));
    Ok(())
});
shop!(without, 1, [charge, pack], |cx| {
    cx.removed::<charge>();
    cx.removed_named("pack");
    cx.sleep(hours(1)).await?;
    LOG.say("without done");
    Ok(())
});
shop!(shortened, 1, [charge, pack], |cx| {
    cx.run(charge()).await?;
    Ok(())
});

pub(crate) mod retyped_charge {
    use super::*;
    #[durable(name = "charge")]
    async fn bill() -> Result<Bill> {
        LOG.say("bill");
        Ok(Bill { cents: 5 })
    }
    shop!(retyped, 1, [bill, pack], |cx| {
        let bill = cx.run(bill()).await?;
        cx.run(pack()).await?;
        cx.sleep(hours(1)).await?;
        LOG.say(format!("retyped done {}", bill.cents));
        Ok(())
    });
    #[durable(name = "charge", version = 2)]
    async fn newer() -> Result<Receipt> {
        LOG.say("newer");
        Ok(Receipt {
            number: "r2".into(),
        })
    }
    shop!(another, 1, [newer, pack], |cx| {
        cx.run(newer()).await?;
        cx.run(pack()).await?;
        cx.sleep(hours(1)).await?;
        Ok(())
    });
}
use retyped_charge::{another, retyped};

async fn flow(test: &Test) -> Action {
    let filter = ActionFilter {
        kind: Some(Kind::Flow),
        ..ActionFilter::default()
    };
    let page: Page<Action> = test.ask(Op::Actions(filter)).await.unwrap();
    page.items.into_iter().next().expect("the flow is there")
}

/// Begins the flow under the first program and goes on under another.
async fn begun_then(def: &'static AppDef) -> Test {
    let mut test = Test::of(first::Shop::DEF);
    test.run(first::Order { cents: 5 }.create()).await.unwrap();
    assert_eq!(LOG.take(), ["charge", "pack"]);
    test.restart_as(def).await;
    test
}

/// A flow is looked at when something happens to it: here, when its pause is over.
async fn parked(test: &Test) -> String {
    test.advance(hours(1)).await;
    let action = flow(test).await;
    assert_eq!(action.status, Status::Parked);
    action.error.expect("it says why").message().to_owned()
}

// One test, because the log is shared.
#[tokio::test]
async fn a_journal_that_the_code_cannot_follow_parks_the_flow() {
    // A step took the place of another.
    let mut test = begun_then(swapped::Shop::DEF).await;
    let said = parked(&test).await;
    assert!(
        said.contains("holds `pack#0` (a step of version 1, gives nothing)"),
        "{said}"
    );
    assert!(
        said.contains("the code asks for `wrap#0` (version 1, ")
            && said.contains("dotdo/tests/versions.rs:"),
        "{said}"
    );
    test.advance(hours(2)).await;
    assert!(LOG.take().is_empty(), "nothing was done meanwhile");
    assert_eq!(flow(&test).await.status, Status::Parked);

    // The old program follows it again, by itself.
    test.restart_as(first::Shop::DEF).await;
    assert_eq!(LOG.take(), ["first done r1"]);
    assert_eq!(flow(&test).await.status, Status::Completed);
    assert_eq!(flow(&test).await.error, None);

    // So does a program that lets it take its earlier way; new runs take the new one.
    let test = begun_then(guarded::Shop::DEF).await;
    test.advance(hours(1)).await;
    assert_eq!(LOG.take(), ["guarded done r1"]);
    test.run(guarded::Order { cents: 5 }.create())
        .await
        .unwrap();
    assert_eq!(LOG.take(), ["charge", "wrap"]);

    // What is no longer run is passed over.
    let test = begun_then(without::Shop::DEF).await;
    test.advance(hours(1)).await;
    assert_eq!(LOG.take(), ["without done"]);

    // More in the journal than the code asks for, even if the code would end.
    let test = begun_then(shortened::Shop::DEF).await;
    let said = parked(&test).await;
    assert!(said.contains("holds `pack#0`"), "{said}");
    assert!(said.contains("the code does not ask for it"), "{said}");
    assert!(LOG.take().is_empty());

    // A result that cannot be read.
    let test = begun_then(retyped::Shop::DEF).await;
    let said = parked(&test).await;
    assert!(
        said.contains("gives Receipt { number: text }")
            && said.contains("gives Bill { cents: integer }"),
        "{said}"
    );

    // A step that means something else.
    let test = begun_then(another::Shop::DEF).await;
    let said = parked(&test).await;
    assert!(
        said.contains("`charge#0` (a step of version 1")
            && said.contains("`charge#0` (version 2, "),
        "{said}"
    );

    // A program that is older than the run.
    let mut test = Test::of(guarded::Shop::DEF);
    test.run(guarded::Order { cents: 5 }.create())
        .await
        .unwrap();
    assert_eq!(LOG.take(), ["charge", "wrap"]);
    test.restart_as(first::Shop::DEF).await;
    let said = parked(&test).await;
    assert!(
        said.contains("begun by version 2") && said.contains("version 1"),
        "{said}"
    );
}

#[test]
fn every_journaled_value_says_what_it_is() {
    // Compiled here so that a change of the spelling is seen: journals hold it.
    assert_eq!(
        Receipt::SHAPE.model().to_string(),
        "Receipt { number: text }"
    );
}
