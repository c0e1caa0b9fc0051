//! Journals are recorded from one program and tried with another, before it is deployed.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use dotdo::{AppDef, ErrorKind, record_journals, replay_journals};
use support::Test;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

#[durable]
async fn pack() -> Result<()> {
    Ok(())
}

macro_rules! shop {
    ($name:ident, |$cx:ident, $event:ident| $body:block) => {
        mod $name {
            use super::*;
            #[noun]
            pub struct Order {
                pub cents: i64,
            }
            #[on(Order::created)]
            async fn fulfil($cx: Flow, $event: Event<Order>) -> Result<()> $body
            dotdo::app! { domain: "shop.example", pub Shop { Order, fulfil, charge, pack } }
        }
    };
}

shop!(first, |cx, event| {
    cx.run(charge(event.data.cents)).await?;
    if event.data.cents > 10 {
        cx.sleep(hours(1)).await?;
    }
    Ok(())
});
shop!(longer, |cx, event| {
    cx.run(charge(event.data.cents)).await?;
    if event.data.cents > 10 {
        cx.sleep(hours(1)).await?;
    }
    cx.run(pack()).await
});
shop!(reordered, |cx, event| {
    cx.run(pack()).await?;
    cx.run(charge(event.data.cents)).await?;
    Ok(())
});

#[tokio::test]
async fn new_code_is_tried_with_recorded_journals() {
    let mut test = Test::of(first::Shop::DEF);
    for cents in [5, 50] {
        test.run(first::Order { cents }.create()).await.unwrap();
    }
    test.stop().await;
    let out = test.folder().join("journals");
    let (open, all) = (out.join("open"), out.join("all"));
    assert_eq!(record_journals(test.folder(), &open, false).unwrap(), 1);
    assert_eq!(record_journals(test.folder(), &all, true).unwrap(), 2);

    let parks = |def: &'static AppDef, folder: &std::path::Path| -> Vec<String> {
        replay_journals(def, folder)
            .unwrap()
            .into_iter()
            .filter_map(|one| Some(one.parks?.message().to_owned()))
            .collect()
    };
    assert!(parks(first::Shop::DEF, &all).is_empty());
    assert!(
        parks(longer::Shop::DEF, &open).is_empty(),
        "more at the end does not disturb what is under way"
    );
    let said = parks(longer::Shop::DEF, &all);
    assert_eq!(
        said.len(),
        1,
        "the one that has ended would go on: {said:?}"
    );
    assert!(said[0].contains("`pack#0`"), "{said:?}");
    let said = parks(reordered::Shop::DEF, &open);
    assert_eq!(said.len(), 1);
    assert!(
        said[0].contains("holds `charge#0`") && said[0].contains("asks for `pack#0`"),
        "{said:?}"
    );

    let empty = out.join("empty");
    std::fs::create_dir_all(&empty).unwrap();
    let error = replay_journals(first::Shop::DEF, &empty).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    std::fs::write(empty.join("x.json"), "{}").unwrap();
    let error = replay_journals(first::Shop::DEF, &empty).unwrap_err();
    assert!(error.message().contains("x.json is no journal"), "{error}");
}
