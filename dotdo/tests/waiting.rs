//! Flows that wait for events.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use dotdo::{Action, ActionFilter, Kind, Letter, Page, Status};
use dotdo_runtime::stub::Op;
use support::{Log, Test};

static LOG: Log = Log::new();

#[noun]
pub struct Customer {
    pub name: String,
}

/// An object of its own.
#[noun(object)]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, cents: i64) -> Result<i64> {
        self.cents += cents;
        Ok(cents)
    }

    /// Waits in the object whose event it is.
    #[on(Order::created)]
    async fn collect(cx: Flow<Order>, _event: Event<Order>) -> Result<()> {
        let mut sum = 0;
        while sum < 100 {
            sum += cx.wait_for(Order::paid).await?.data;
        }
        cx.run(say(format!("collected {sum}"))).await?;
        Ok(())
    }
}

#[noun]
pub struct Watch {
    pub kind: String,
    pub order: Ref<Order>,
}

#[verbs]
impl Watch {
    #[verb]
    fn poke(&mut self, _cx: &mut Tx, n: i64) -> Result<i64> {
        Ok(n)
    }
}

/// Waits in the tenant's object: for its own events, and for those of an order.
#[on(Watch::created)]
async fn watch(cx: Flow, event: Event<Watch>) -> Result<()> {
    let own = event.subject();
    let order = event.data.order.clone();
    match event.data.kind.as_str() {
        "own" => {
            cx.run(nothing()).await?;
            let poked = cx.wait_for(Watch::poked).of(own.clone()).await?;
            cx.run(say(format!("poked {}", poked.data))).await?;
            let poked = cx
                .wait_for(Watch::poked)
                .of(own)
                .filter(|e| e.data > 10)
                .within(hours(1))
                .await?;
            match poked {
                Waited::Event(event) => cx.run(say(format!("poked hard {}", event.data))).await?,
                Waited::TimedOut => cx.run(say("not poked hard".into())).await?,
            }
        }
        "another watch" => {
            let other = cx.wait_for(Watch::created).await?;
            cx.run(say(format!("another {}", other.data.kind))).await?;
        }
        "order" => {
            let paid = cx.wait_for(Order::paid).of(order.clone()).await?;
            cx.run(say(format!("order paid {}", paid.data))).await?;
            let paid = cx.wait_for(Order::paid).of(order).within(days(1)).await?;
            cx.run(say(format!(
                "order paid again {:?}",
                paid.event().map(|e| e.data)
            )))
            .await?;
        }
        "any order" => {
            let error = cx.wait_for(Order::paid).await.unwrap_err();
            cx.run(say(error.message().into())).await?;
        }
        "from now" => {
            cx.sleep(minutes(10)).await?;
            let poked = cx.wait_for(Watch::poked).of(own).from_now().await?;
            cx.run(say(format!("now {}", poked.data))).await?;
        }
        "race" => {
            let first = cx
                .race((
                    cx.wait_for(Order::paid).of(order),
                    cx.wait_for(Watch::poked).of(own).within(days(7)),
                ))
                .await?;
            match first {
                OneOf2::First(paid) => cx.run(say(format!("paid first {}", paid.data))).await?,
                OneOf2::Second(Waited::Event(poked)) => {
                    cx.run(say(format!("poked first {}", poked.data))).await?;
                }
                OneOf2::Second(Waited::TimedOut) => cx.run(say("neither".into())).await?,
            }
        }
        other => bail!("unknown {other}"),
    }
    Ok(())
}

/// Code is replayed, steps are not.
#[durable]
async fn say(text: String) -> Result<()> {
    LOG.say(text);
    Ok(())
}

#[durable]
async fn nothing() -> Result<()> {
    Ok(())
}

dotdo::app! { domain: "shop.example", pub Shop { Customer, Order, Watch, watch, nothing, say } }

async fn begin(test: &Test, kind: &str, order: &Ref<Order>) -> Ref<Watch> {
    test.run(
        Watch {
            kind: kind.into(),
            order: order.clone(),
        }
        .create(),
    )
    .await
    .unwrap()
}

// One test, because the log is shared.
#[tokio::test]
#[allow(clippy::too_many_lines, reason = "one story, told in order")]
async fn flows_wait_for_events_of_their_own_object_and_of_others() {
    let mut test = Test::of(Shop::DEF);
    let order = test.run(Order { cents: 0 }.create()).await.unwrap();

    // In the object whose event it is; each event is taken once, over crashes.
    for cents in [30, 30] {
        test.run(Order::stub(order.clone()).pay(cents))
            .await
            .unwrap();
        test.crash().await;
    }
    assert!(LOG.take().is_empty());
    test.run(Order::stub(order.clone()).pay(40)).await.unwrap();
    assert_eq!(LOG.take(), ["collected 100"]);

    // Its own row; what does not pass the filter is left; the time-out is a variant.
    let own = begin(&test, "own", &order).await;
    let other = begin(&test, "own", &order).await;
    test.run(Watch::stub(own.clone()).poke(1)).await.unwrap();
    assert_eq!(LOG.take(), ["poked 1"], "the other one is not meant");
    test.run(Watch::stub(own.clone()).poke(2)).await.unwrap();
    test.crash().await;
    test.run(Watch::stub(own).poke(11)).await.unwrap();
    assert_eq!(LOG.take(), ["poked hard 11"]);
    test.run(Watch::stub(other).poke(3)).await.unwrap();
    test.advance(hours(1)).await;
    assert_eq!(LOG.take(), ["poked 3", "not poked hard"]);

    // The event that began the flow is not taken for another.
    begin(&test, "another watch", &order).await;
    assert!(LOG.take().is_empty());
    begin(&test, "any order", &order).await;
    let mut lines = LOG.take();
    lines.sort();
    assert_eq!(
        lines,
        [
            "another any order",
            "each Order is an object of its own and tells of its own events; say which one is meant: `cx.wait_for(Order::paid).of(id)`"
        ]
    );

    // Of another object, each once, whatever is lost in between.
    begin(&test, "order", &order).await;
    test.crash().await;
    assert!(
        LOG.take().is_empty(),
        "what was paid before the flow began does not count"
    );
    test.run(Order::stub(order.clone()).pay(5)).await.unwrap();
    assert_eq!(LOG.take(), ["order paid 5"]);
    test.crash().await;
    test.run(Order::stub(order.clone()).pay(6)).await.unwrap();
    assert_eq!(LOG.take(), ["order paid again Some(6)"]);
    test.run(Order::stub(order.clone()).pay(7)).await.unwrap();
    test.advance(days(2)).await;
    assert!(LOG.take().is_empty(), "nobody waits any more");

    // What happened before the wait counts, unless it says otherwise.
    let own = begin(&test, "from now", &order).await;
    test.run(Watch::stub(own.clone()).poke(8)).await.unwrap();
    test.advance(minutes(10)).await;
    assert!(LOG.take().is_empty());
    test.run(Watch::stub(own).poke(9)).await.unwrap();
    assert_eq!(LOG.take(), ["now 9"]);

    // Waits can race; the loser is given up.
    let own = begin(&test, "race", &order).await;
    test.run(Order::stub(order.clone()).pay(1)).await.unwrap();
    assert_eq!(LOG.take(), ["paid first 1"]);
    test.run(Watch::stub(own).poke(1)).await.unwrap();
    assert!(LOG.take().is_empty());
    // Between objects, before and after is told by the clock.
    test.advance(secs(1)).await;
    let own = begin(&test, "race", &order).await;
    test.run(Watch::stub(own).poke(4)).await.unwrap();
    assert_eq!(LOG.take(), ["poked first 4"]);
    test.run(Order::stub(order).pay(1)).await.unwrap();
    begin(
        &test,
        "race",
        &test.run(Order { cents: 0 }.create()).await.unwrap(),
    )
    .await;
    test.advance(days(7)).await;
    assert_eq!(LOG.take(), ["neither"]);

    let open: Page<Action> = test
        .ask(Op::Actions(ActionFilter {
            kind: Some(Kind::Wait),
            status: Some(Status::Running),
            ..ActionFilter::default()
        }))
        .await
        .unwrap();
    assert!(open.items.is_empty(), "{:?}", open.items);
    let letters: Page<Letter> = test
        .ask(Op::DeadLetters {
            limit: 10,
            after: None,
        })
        .await
        .unwrap();
    assert!(letters.items.is_empty(), "{:?}", letters.items);
}
