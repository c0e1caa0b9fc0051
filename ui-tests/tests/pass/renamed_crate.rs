//! Every macro can be told where dotdo is.
#![deny(warnings)]

mod own {
    pub(crate) mod business {
        #[doc(hidden)]
        pub(crate) use dotdo::__private;
        pub(crate) use dotdo::*;
    }
}

mod shop {
    // Shadows the crate, so that a path that begins with its name would lead astray.
    #[allow(dead_code)]
    mod dotdo {}

    use crate::renamed_crate::own::business::prelude::*;
    use crate::renamed_crate::own::business::{app, part};

    #[noun(crate = crate::renamed_crate::own::business, plural = "Clients")]
    pub(crate) struct Customer {
        pub(crate) name: String,
        #[default(Plan::Free)]
        pub(crate) plan: Plan,
    }

    #[derive(Value)]
    #[value(crate = crate::renamed_crate::own::business)]
    pub(crate) enum Plan {
        Free,
        Pro,
    }

    #[verbs(crate = crate::renamed_crate::own::business)]
    impl Customer {
        #[verb]
        fn upgrade(&mut self, _cx: &mut Tx, plan: Plan) -> Result<Plan> {
            self.plan = plan.clone();
            Ok(plan)
        }

        #[durable]
        async fn review(_cx: Flow<Customer>) -> Result<()> {
            Ok(())
        }
    }

    #[on(Customer::upgraded, crate = crate::renamed_crate::own::business)]
    async fn thank(cx: Flow, event: Event<Customer, Plan>) -> Result<()> {
        cx.run(send_mail(event.data)).await
    }

    #[every("daily", crate = crate::renamed_crate::own::business)]
    async fn report(_cx: Flow) -> Result<()> {
        Ok(())
    }

    #[durable(crate = crate::renamed_crate::own::business)]
    async fn send_mail(plan: Plan) -> Result<()> {
        let _ = plan;
        Ok(())
    }

    part! { crate: crate::renamed_crate::own::business, Mail { thank, send_mail } }
    app! { crate: crate::renamed_crate::own::business, domain: "shop.example", pub(crate) Shop { Customer, Mail, report } }
}

#[test]
fn works() {
    assert_eq!(shop::Shop::DEF.entries.len(), 3);
    let _ = shop::Plan::Pro;
}
