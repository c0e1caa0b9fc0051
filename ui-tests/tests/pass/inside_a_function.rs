//! A whole business may stand in a function.
#![deny(warnings)]
use dotdo::prelude::*;

#[test]
fn works() {
    #[noun]
    struct Customer {
        name: String,
        #[default(Plan::Free)]
        plan: Plan,
        friend: Option<Ref<Self>>,
    }

    #[derive(Value)]
    enum Plan {
        Free,
        Pro,
    }

    #[verbs]
    impl Customer {
        #[verb]
        fn upgrade(&mut self, _cx: &mut Tx) -> Result<Plan> {
            self.plan = Plan::Pro;
            Ok(Plan::Pro)
        }
    }

    #[on(Customer::upgraded)]
    async fn thank(cx: Flow, event: Event<Customer, Plan>) -> Result<()> {
        cx.run(send_mail(format!("{:?}", event.data))).await
    }

    #[durable]
    async fn send_mail(text: String) -> Result<()> {
        let _ = text;
        Ok(())
    }

    dotdo::app! { Crm { Customer, thank, send_mail } }

    assert_eq!(Crm::DEF.entries.len(), 3);
    let ann = Customer {
        name: "Ann".into(),
        plan: Plan::Free,
        friend: None,
    };
    assert_eq!(ann.clone(), ann);
}
