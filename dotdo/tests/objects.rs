//! Calls between objects, chains of them, directories, and sleep.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use dotdo::{ErrorKind, Page, Thing};
use dotdo_runtime::stub::Op;
use support::{Log, Test};

static LOG: Log = Log::new();

#[noun]
pub struct Customer {
    #[unique]
    pub email: String,
    pub latest: Option<Ref<Order>>,
    #[default(0)]
    pub orders: i64,
}

#[noun(object)]
pub struct Order {
    #[index]
    pub customer: Ref<Customer>,
    pub total_cents: i64,
    #[default(Stage::Open)]
    #[index]
    pub stage: Stage,
}

#[derive(Value)]
pub enum Stage {
    Open,
    Paid,
}

#[noun]
pub struct Line {
    pub text: String,
}

#[verbs]
impl Customer {
    #[verb(emits = none)]
    fn count_order(&mut self, _cx: &mut Tx, order: Ref<Order>) -> Result<i64> {
        self.orders += 1;
        self.latest = Some(order);
        Ok(self.orders)
    }

    #[query]
    fn latest_order(&self, _cx: &View) -> Result<Ref<Order>> {
        self.latest
            .clone()
            .ok_or_else(|| Error::refused("no order yet"))
    }

    #[query]
    fn address(&self, cx: &View<Customer>) -> Result<String> {
        Ok(format!("{} of {}", self.email, cx.id()))
    }

    /// Runs in the customer's object, though an order emitted the event.
    #[on(Order::paid, to = |event| event.data.customer.clone())]
    async fn thank(cx: Flow<Customer>, event: Event<Order, Payment>) -> Result<()> {
        LOG.say(format!("thank {} for {}", cx.id(), event.subject()));
        Ok(())
    }
}

#[derive(Value)]
pub struct Payment {
    pub customer: Ref<Customer>,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, cx: &mut Tx) -> Result<Payment> {
        ensure!(self.stage == Stage::Open, "order {} is settled", cx.id());
        self.stage = Stage::Paid;
        cx.create(&Line {
            text: "paid".into(),
        })?;
        Ok(Payment {
            customer: self.customer.clone(),
        })
    }

    #[verb(event = failed_to_pay)]
    fn pay_badly(&mut self, cx: &mut Tx, how: String) -> Result<()> {
        self.stage = Stage::Paid;
        cx.create(&Line {
            text: "never".into(),
        })?;
        cx.send(Customer::stub(&self.customer).count_order(cx.id().as_str().try_into()?))?;
        match how.as_str() {
            "refuse" => bail!("no"),
            "panic" => panic!("a defect"),
            _ => Ok(()),
        }
    }

    #[query]
    fn customer(&self, _cx: &View) -> Result<Ref<Customer>> {
        Ok(self.customer.clone())
    }

    #[query]
    fn lines(&self, cx: &View) -> Result<u64> {
        cx.run(Line::all().count())
    }

    #[on(Order::created)]
    async fn tell(cx: Flow<Order>, event: Event<Order>) -> Result<()> {
        let count = cx
            .run(Customer::stub(&event.data.customer).count_order(cx.id().into()))
            .await?;
        LOG.say(format!("order {count}"));
        let same = cx.run(cx.this().customer().address()).await?;
        LOG.say(same);
        Ok(())
    }
}

dotdo::app! { pub Shop { Customer, Order, Line } }

async fn shop() -> (Test, Ref<Customer>) {
    let test = Test::of(Shop::DEF);
    let ann = Customer {
        email: "ann@shop.example".into(),
        latest: None,
        orders: 0,
    };
    let ann = test
        .run(ann.create_as(Id::new("ann").unwrap()))
        .await
        .unwrap();
    (test, ann)
}

fn order(customer: &Ref<Customer>, cents: i64) -> Order {
    Order {
        customer: customer.clone(),
        total_cents: cents,
        stage: Stage::Open,
    }
}

#[tokio::test]
async fn objects_call_each_other() {
    let (mut test, ann) = shop().await;
    let first = test.run(order(&ann, 100).create()).await.unwrap();
    assert_eq!(LOG.take(), ["order 1", "ann@shop.example of ann"]);
    test.run(first.stub().pay()).await.unwrap();
    assert_eq!(LOG.take(), [format!("thank ann for {first}")]);
    let again = test.run(first.stub().pay()).await.unwrap_err();
    assert_eq!(
        (again.kind(), again.message()),
        (
            ErrorKind::Refused,
            format!("order {first} is settled").as_str()
        )
    );

    // A chain through three objects is one expression.
    let address = test
        .run(ann.stub().latest_order().customer().address())
        .await
        .unwrap();
    assert_eq!(address, "ann@shop.example of ann");
    let found = test.run(ann.stub().latest_order().get()).await.unwrap();
    assert_eq!((found.total_cents, found.version), (100, 2));
    let nobody = test
        .run(
            Customer::stub(Id::new("bob").unwrap())
                .latest_order()
                .customer(),
        )
        .await
        .unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::NotFound);

    // The tenant's directory knows every order, also after a crash.
    let second = test.run(order(&ann, 250).create()).await.unwrap();
    test.crash().await;
    let paid = test
        .run(Order::find(|o| o.stage.eq(Stage::Paid)))
        .await
        .unwrap();
    assert_eq!(
        paid.iter().map(|o| o.id.to_string()).collect::<Vec<_>>(),
        [first.to_string()]
    );
    let of_ann = test
        .run(Order::find(|o| o.customer.eq(ann.clone())).order_by(|o| o.total_cents.desc()))
        .await
        .unwrap();
    assert_eq!(
        of_ann.iter().map(|o| o.total_cents).collect::<Vec<_>>(),
        [250, 100]
    );

    let related = test.run(Order::all().related(&ann).count()).await.unwrap();
    assert_eq!(related, 2);
    let none = test.run(Line::all().related(&ann)).await.unwrap_err();
    assert_eq!(
        none.message(),
        "`Line` has no field that refers to `Customer`"
    );

    // A verb that fails leaves nothing behind, whichever way it fails.
    for how in ["refuse", "panic"] {
        let error = test
            .run(second.stub().pay_badly(how.into()))
            .await
            .unwrap_err();
        assert_eq!(
            error.kind(),
            if how == "panic" {
                ErrorKind::Internal
            } else {
                ErrorKind::Refused
            },
            "{error}"
        );
    }
    assert_eq!(test.run(second.stub().lines()).await.unwrap(), 0);
    assert_eq!(
        test.run(second.stub().get()).await.unwrap().stage,
        Stage::Open
    );
    assert_eq!(test.run(ann.stub().get()).await.unwrap().orders, 2);
    test.run(second.stub().pay_badly("well".into()))
        .await
        .unwrap();
    assert_eq!(test.run(second.stub().lines()).await.unwrap(), 1);
    assert_eq!(
        test.run(ann.stub().get()).await.unwrap().orders,
        3,
        "what was sent arrived"
    );

    // Rows that an order made live in its own object.
    let lines: Page<Thing> = test
        .ask_of(
            "Order",
            second.id().as_str(),
            Op::Find(
                serde_json::from_value(serde_json::json!({"noun": "Line", "where": "all"}))
                    .unwrap(),
            ),
        )
        .await
        .unwrap();
    assert_eq!(lines.items.len(), 1);
    assert_eq!(test.run(Line::all().count()).await.unwrap(), 0);
}

pub(crate) mod many {
    use super::*;

    #[noun(object)]
    pub struct Counter {
        pub value: i64,
    }

    #[verbs]
    impl Counter {
        #[verb(event = grown)]
        fn add(&mut self, _cx: &mut Tx, n: i64) -> Result<i64> {
            self.value += n;
            Ok(self.value)
        }
    }

    dotdo::app! { pub Counters { Counter } }

    #[tokio::test]
    async fn far_more_objects_than_may_be_open() {
        let mut test = Test::of(Counters::DEF);
        test.stop().await;
        test.start_with(|builder| builder.max_open(4));
        for n in 0..60 {
            test.run(Counter { value: n }.create_as(Id::new(format!("c{n}")).unwrap()))
                .await
                .unwrap();
        }
        for n in 0..60 {
            let id: Id<Counter> = Id::new(format!("c{n}")).unwrap();
            // A key makes the repetition harmless.
            for _ in 0..2 {
                assert_eq!(
                    test.run(Counter::stub(&id).add(1).key(format!("once {n}")))
                        .await
                        .unwrap(),
                    n + 1
                );
            }
        }
        test.crash().await;
        assert_eq!(test.run(Counter::all().count()).await.unwrap(), 60);
        let top = test
            .run(Counter::all().order_by(|c| c.value.desc()).limit(2))
            .await
            .unwrap();
        assert_eq!(top.iter().map(|c| c.value).collect::<Vec<_>>(), [60, 59]);
    }

    async fn listed(test: &Test) -> Vec<i64> {
        let all = test.run(Counter::all()).await.unwrap();
        all.iter().map(|counter| counter.value).collect()
    }

    /// One that changes far more often than the directory wants to hear of.
    async fn busy(test: &Test) -> Id<Counter> {
        let id: Id<Counter> = Id::new("busy").unwrap();
        test.run(Counter { value: 0 }.create_as(id.clone()))
            .await
            .unwrap();
        for n in 1..=10 {
            test.run(Counter::stub(&id).add(1)).await.unwrap();
            assert_eq!(listed(test).await, [n], "a few changes are told at once");
        }
        for _ in 11..=60 {
            test.run(Counter::stub(&id).add(1)).await.unwrap();
        }
        id
    }

    #[tokio::test]
    async fn the_directory_hears_of_many_changes_at_once() {
        let test = Test::of(Counters::DEF);
        let id = busy(&test).await;
        assert!(
            listed(&test).await[0] < 60,
            "each of sixty changes in no time was a message of its own"
        );
        test.advance(std::time::Duration::from_millis(500)).await;
        assert_eq!(listed(&test).await, [60]);
        // Then nothing waits any more, and what is done next is told at once again.
        test.advance(std::time::Duration::from_secs(10)).await;
        let waiting: serde_json::Value = test
            .ask_of("Counter", "busy", dotdo::Op::Inspect)
            .await
            .unwrap();
        assert_eq!(waiting["outbox"], 0, "{waiting}");
        test.run(Counter::stub(&id).add(1)).await.unwrap();
        assert_eq!(listed(&test).await, [61]);
    }

    #[tokio::test]
    async fn what_the_directory_has_not_heard_yet_survives_a_crash() {
        let mut test = Test::of(Counters::DEF);
        busy(&test).await;
        test.crash().await;
        test.advance(std::time::Duration::from_millis(500)).await;
        assert_eq!(listed(&test).await, [60]);
    }

    #[tokio::test]
    async fn the_directory_hears_of_an_end_in_the_middle_of_changes() {
        let test = Test::of(Counters::DEF);
        let id = busy(&test).await;
        test.run(Counter::stub(&id).delete()).await.unwrap();
        test.advance(std::time::Duration::from_millis(500)).await;
        assert_eq!(listed(&test).await, [0_i64; 0]);
    }

    /// Makes some of them, one after the other, and tries again where there was no room.
    async fn make(test: &Test, numbers: std::ops::Range<i64>) {
        for n in numbers {
            let id: Id<Counter> = Id::new(format!("c{n}")).unwrap();
            while let Err(error) = test.run(Counter { value: n }.create_as(id.clone())).await {
                assert_eq!(error.kind(), dotdo::ErrorKind::Overloaded, "{error}");
                test.advance(std::time::Duration::from_secs(1)).await;
            }
        }
    }

    #[tokio::test]
    async fn many_at_once_where_few_may_be_open() {
        let mut test = Test::of(Counters::DEF);
        test.stop().await;
        // Two for each thread, one of them for the tenant that each of the others tells of itself.
        test.start_with(|builder| builder.max_open(0));
        tokio::join!(
            make(&test, 0..8),
            make(&test, 8..16),
            make(&test, 16..24),
            make(&test, 24..32),
            make(&test, 32..40),
            make(&test, 40..48),
        );
        // What found no room is told again, and those that found none to wake in wake later.
        for _ in 0..300 {
            test.advance(std::time::Duration::from_secs(1)).await;
        }
        assert_eq!(test.run(Counter::all().count()).await.unwrap(), 48);
    }
}

pub(crate) mod refusals {
    use super::*;
    use dotdo::object::Request;
    use dotdo::runtime_app::ObjectKey;
    use dotdo::{Json, Op};

    #[noun(object)]
    pub struct Purse {
        pub cents: i64,
    }

    #[verbs]
    impl Purse {
        #[verb]
        fn add(&mut self, _cx: &mut Tx, cents: i64) -> Result<i64> {
            ensure!(self.cents + cents >= 0, "there is not so much in it");
            self.cents += cents;
            Ok(self.cents)
        }
    }

    dotdo::app! { domain: "purse.example", pub Purses { Purse } }

    #[tokio::test]
    async fn a_message_that_was_refused_stays_refused() {
        let test = Test::of(Purses::DEF);
        let purse = test.run(Purse { cents: 1 }.create()).await.unwrap();
        let to = ObjectKey::thing("purse.example", "Purse", purse.to_string());
        let take = Op::Call {
            noun: "Purse".into(),
            id: purse.to_string(),
            verb: "add".into(),
            args: Json::of(&serde_json::json!({"cents": -5})).unwrap(),
        };
        let message = Request::new("a flow", take).once("a message");
        let send = || dotdo::host::ask(test.business().reach(), to.clone(), message.clone());
        let refused = send().await.unwrap_err();
        test.run(purse.stub().add(10)).await.unwrap();
        // It comes a second time, late, when it would be accepted; but its sender knows that it was not.
        let again = send().await.unwrap_err();
        assert_eq!(again.message(), refused.message());
        assert_eq!(test.run(purse.stub().get()).await.unwrap().cents, 11);
    }
}
