//! Nouns, verbs, handlers and lists may stand in different modules, private or not.
#![deny(warnings)]

mod nouns {
    use dotdo::prelude::*;

    #[noun]
    pub(crate) struct Customer {
        pub(crate) name: String,
    }

    #[noun(object)]
    pub(super) struct Order {
        pub(super) number: i64,
        pub(super) customer: Ref<Customer>,
    }

    #[derive(Value)]
    pub(crate) struct Receipt(pub(crate) i64);
}

mod behaviour {
    use super::nouns;
    use dotdo::prelude::*;

    #[verbs]
    impl nouns::Order {
        #[verb]
        pub(super) fn pay(
            &mut self,
            _cx: &mut Tx,
            receipt: nouns::Receipt,
        ) -> Result<nouns::Receipt> {
            self.number = receipt.0;
            Ok(receipt)
        }

        #[query]
        fn buyer(&self, _cx: &View) -> Result<Ref<nouns::Customer>> {
            Ok(self.customer.clone())
        }

        #[on(nouns::Order::created)]
        async fn open(cx: Flow<nouns::Order>, _event: Event<nouns::Order>) -> Result<()> {
            cx.run(cx.this().pay(nouns::Receipt(3))).await?;
            cx.run(Self::close(4)).await
        }

        #[durable]
        async fn close(_cx: Flow<nouns::Order>, number: i64) -> Result<()> {
            let _ = number;
            Ok(())
        }
    }

    pub(crate) mod mail {
        use super::super::nouns::{Order, Receipt};
        use super::OrderEvent;
        use dotdo::prelude::*;

        #[on(Order::paid)]
        async fn thank(cx: Flow, event: Event<Order, Receipt>) -> Result<()> {
            cx.run(send(event.data.0)).await
        }

        #[on(Order::*)]
        pub(super) async fn audit(_cx: Flow, event: OrderEvent) -> Result<()> {
            match event {
                OrderEvent::Paid(event) => ensure!(event.data.0 > 0, "nothing"),
                OrderEvent::Created(_) | OrderEvent::Updated(_) | OrderEvent::Deleted(_) => {}
            }
            Ok(())
        }

        #[durable]
        pub(in crate::modules::behaviour) async fn send(number: i64) -> Result<()> {
            let _ = number;
            Ok(())
        }

        dotdo::part! { pub(crate) Mail { thank, audit, send } }
    }

    dotdo::part! { pub(crate) Behaviour { mail::Mail } }
}

dotdo::app! { Shop { nouns::Customer, nouns::Order, behaviour::Behaviour } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 3);
}
