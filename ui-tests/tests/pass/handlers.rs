//! Every pattern, filter and destination of a handler.
#![deny(warnings)]
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
    pub favourite: Option<Ref<Order>>,
}

#[noun(object)]
pub struct Order {
    pub customer: Ref<Customer>,
    pub cents: i64,
}

#[derive(Value)]
pub struct Receipt {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, receipt: Receipt) -> Result<Receipt> {
        self.cents = receipt.cents;
        Ok(receipt)
    }

    #[verb(emits = none)]
    fn touch(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }

    #[verb(event = settled)]
    fn settle(&mut self, _cx: &mut Tx) -> Result<Option<Receipt>> {
        Ok(None)
    }

    #[on(Self::paid)]
    async fn thank(cx: Flow<Self>, event: Event<Self, Receipt>) -> Result<()> {
        ensure!(cx.id() == *event.subject().id(), "not mine");
        Ok(())
    }

    #[on(Order::*, filter = is_paid)]
    async fn watch(_cx: Flow, _event: OrderEvent) -> Result<()> {
        Ok(())
    }
}

fn is_paid(event: &OrderEvent) -> bool {
    matches!(event, OrderEvent::Paid(_) | OrderEvent::Settled(_))
}

#[verbs]
impl Customer {
    #[on(Order::paid, to = |event| Id::new(event.actor.clone()).unwrap(), filter = |event| event.data.cents > 100)]
    async fn note(_cx: Flow<Customer>, _event: Event<Order, Receipt>) -> Result<()> {
        Ok(())
    }

    #[on(Order::created, to = owner)]
    async fn order(_cx: Flow<Customer>, _event: Event<Order>) -> Result<()> {
        Ok(())
    }

    #[on(Order::*, to = |event| { let _: &OrderEvent = event; Id::new("ann").unwrap() })]
    async fn follow(_cx: Flow<Customer>, _event: OrderEvent) -> Result<()> {
        Ok(())
    }

    #[on(*::*, to = |event| Id::new(event.subject.clone()).unwrap())]
    async fn all(_cx: Flow<Customer>, _event: AnyEvent) -> Result<()> {
        Ok(())
    }
}

fn owner(event: &Event<Order>) -> Ref<Customer> {
    event.data.customer.clone()
}

#[on(Customer::*, priority = "low")]
async fn people(_cx: Flow, _event: CustomerEvent) -> Result<()> {
    Ok(())
}

#[on(*::created, priority = 3, filter = |event| event.noun == "Order")]
async fn anything(_cx: Flow<Order>, event: AnyEvent) -> Result<()> {
    ensure!(event.verb == "created", "not a beginning");
    Ok(())
}

#[on(crate::handlers::Order::deleted, priority = -7)]
async fn gone(_cx: dotdo::Flow, _event: dotdo::Event<Order, Order>) -> Result<()> {
    Ok(())
}

dotdo::app! { Shop { Customer, Order, people, anything, gone } }

#[test]
fn works() {
    let order = Shop::DEF.entries[1].verbs.unwrap();
    let events: Vec<_> = order
        .verbs
        .iter()
        .map(|verb| (verb.name, verb.event))
        .collect();
    assert_eq!(
        events,
        [
            ("pay", Some("paid")),
            ("touch", None),
            ("settle", Some("settled"))
        ]
    );
    let names: Vec<_> = order.flows.iter().map(|flow| flow.name).collect();
    assert_eq!(names, ["Order::thank", "Order::watch"]);
}
