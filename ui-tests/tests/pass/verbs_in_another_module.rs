//! A noun stands in one module, its verbs in a second, handlers and steps in a third, the list in a fourth.
#![deny(warnings)]
mod nouns {
    use dotdo::prelude::*;

    #[noun]
    pub struct Order {
        pub cents: i64,
    }
}

mod behaviour {
    use super::nouns;
    use dotdo::prelude::*;

    #[verbs]
    impl nouns::Order {
        #[verb]
        pub(crate) fn pay(&mut self, _cx: &mut Tx, cents: i64) -> Result<i64> {
            self.cents -= cents;
            Ok(cents)
        }
    }
}

mod work {
    use super::behaviour::OrderEvent;
    use super::nouns::Order;
    use dotdo::prelude::*;

    #[on(Order::*)]
    pub(super) async fn audit(cx: Flow, event: OrderEvent) -> Result<()> {
        match event {
            OrderEvent::Paid(event) => cx.run(print(event.data)).await,
            OrderEvent::Created(_) | OrderEvent::Updated(_) | OrderEvent::Deleted(_) => Ok(()),
        }
    }

    #[durable]
    pub(super) async fn print(cents: i64) -> Result<()> {
        println!("{cents}");
        Ok(())
    }
}

mod list {
    dotdo::app! { pub(super) Shop { super::nouns::Order, super::work::audit, super::work::print } }
}

#[test]
fn works() {
    use dotdo::Noun as _;
    assert_eq!(list::Shop::DEF.entries.len(), 3);
    let stub = nouns::Order::stub(dotdo::Id::new("o1").expect("an id"));
    let _ = stub.pay(3);
}
