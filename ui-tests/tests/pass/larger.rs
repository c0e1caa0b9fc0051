//! The larger business of the language's description.
#![allow(dead_code)]
use dotdo::prelude::*;

/// Somebody who buys from us.
#[noun]
pub struct Customer {
    #[unique]
    pub email: String,
    pub name: String,
    #[index]
    #[default(Plan::Free)]
    pub plan: Plan,
    #[search]
    pub about: Option<String>,
    #[was("tel")]
    pub phone: Option<String>,
    #[backref(Order::customer)]
    pub orders: Many<Order>,
    pub friend: Option<Ref<Self>>,
    #[range(0..=10)]
    #[check("stars <> 7")]
    pub stars: i64,
}

#[derive(Value)]
pub enum Plan {
    Free,
    Pro,
    Team,
}

/// One purchase. Each order is a Durable Object of its own.
#[noun(object)]
pub struct Order {
    #[index]
    pub customer: Ref<Customer>,
    pub total_cents: i64,
    #[default(Stage::Open)]
    pub stage: Stage,
}

#[derive(Value)]
pub enum Stage {
    Open,
    Paid,
    Shipped,
    Cancelled,
}

/// What the card company says.
#[derive(Value)]
pub struct Receipt {
    /// Its number.
    pub number: String,
    #[default(1)]
    pub parts: u32,
}
#[derive(Value)]
pub struct Parcel(pub String);
#[derive(Value)]
pub enum Mixed {
    A,
    B(i64),
    C(i64, String),
    D { x: Option<Box<Mixed>> },
}
#[derive(Value)]
pub struct Unit;
#[derive(Value)]
pub struct Pair(pub i64, String);

#[verbs]
impl Order {
    /// Emits `Order::paid`, whose payload is what this returns.
    #[verb]
    fn pay(&mut self, cx: &mut Tx, receipt: Receipt) -> Result<Receipt> {
        ensure!(self.stage == Stage::Open, "order {} is settled", cx.id());
        self.stage = Stage::Paid;
        Ok(receipt)
    }

    /// Emits `Order::shipped`.
    #[verb]
    fn ship(&mut self, cx: &mut Tx<Order>, parcel: Parcel) -> Result<Parcel> {
        self.stage = Stage::Shipped;
        let _ = cx.id();
        Ok(parcel)
    }

    /// Reads only; no event.
    #[query]
    fn buyer(&self, _cx: &View) -> Result<Ref<Customer>> {
        Ok(self.customer.clone())
    }

    #[verb(emits = none)]
    fn touch(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
    #[verb(event = settled)]
    fn settle(&mut self, _cx: &mut Tx, _why: Option<String>) -> Result<()> {
        Ok(())
    }

    /// From "created" to "on its way". Inside `impl Order`, so `cx` knows its own order.
    #[on(Order::created)]
    #[durable(retry = 3, backoff = "100ms..30s", timeout = "30 days")]
    async fn fulfil(cx: Flow<Order>, event: Event<Order>) -> Result<()> {
        let order = event.data;
        let receipt = cx.run(charge(cx.id(), order.total_cents)).await?;
        cx.run(cx.this().pay(receipt)).await?;
        cx.sleep(hours(1)).await?;
        cx.run(Order::review(3)).await?;
        let _p: Parcel = cx.run(cx.this().ship(Parcel("x".into()))).await?;
        Ok(())
    }
    #[durable]
    async fn review(cx: Flow<Order>, stars: i64) -> Result<String> {
        let _ = cx.id();
        Ok(stars.to_string())
    }

    #[on(Customer::updated, to = |event| event.data.friend.as_ref().map(|f| Id::<Order>::new(f.to_string()).unwrap()).unwrap(), filter = |event| event.data.stars > 3)]
    async fn follow(cx: Flow<Order>, event: Event<Customer>) -> Result<()> {
        let _ = (cx, event);
        Ok(())
    }
}

#[durable(retry = 3, backoff = "1s..30s", timeout = "20s")]
async fn charge(order: Id<Order>, cents: i64) -> Result<Receipt> {
    let _ = (order, cents, StepKey::current());
    Ok(Receipt {
        number: "1".into(),
        parts: 1,
    })
}

#[on(Order::*, priority = "high")]
async fn audit(cx: Flow, event: OrderEvent) -> Result<()> {
    match event {
        OrderEvent::Paid(e) => {
            let _ = (cx, e.data.number);
        }
        _ => {}
    }
    Ok(())
}
#[on(Order::paid, filter = |event| event.data.parts > 1)]
async fn thank(cx: Flow, event: Event<Order, Receipt>) -> Result<()> {
    let _ = (cx, event);
    Ok(())
}
#[durable(version = 2)]
#[on(*::created, priority = -5)]
async fn any(cx: Flow, event: AnyEvent) -> Result<()> {
    let _ = (cx, event);
    Ok(())
}

#[every("Monday 9am", tz = "Europe/Berlin", missed = "once")]
async fn weekly_report(cx: Flow) -> Result<()> {
    let pro = cx
        .run(Customer::find(|c| c.plan.eq(Plan::Pro)).count())
        .await?;
    let _ = pro;
    let buyer = Order::stub(Id::new("x")?).buyer();
    let _c = cx.run(buyer.get()).await?;
    Ok(())
}
#[durable(jitter = false, factor = 1.5, name = "start")]
async fn onboard(_cx: Flow, who: Id<Customer>) -> Result<Option<i64>> {
    let _ = who;
    Ok(None)
}

pub mod part {
    use dotdo::prelude::*;
    #[durable]
    pub(crate) async fn nothing() -> Result<()> {
        Ok(())
    }
    dotdo::part! { pub Extra { nothing } }
}

dotdo::app! {
    domain: "shop.example",
    /// A shop.
    pub Shop { Customer, Order, charge, audit, thank, any, weekly_report, onboard, part::Extra }
}

#[test]
fn works() {
    assert_eq!(Shop::DEF.domain, Some("shop.example"));
    assert_eq!(Shop::DEF.doc, "A shop.");
}
