//! Holds the tests of what the compiler says: see `tests/ui.rs` and `tests/pass`.
//!
//! Here is what only a library can show: that generated items are documented, and that what is public is meant to be.
#![deny(warnings, missing_docs, unreachable_pub)]

/// A business whose author documents everything.
pub mod documented {
    use dotdo::prelude::*;

    /// Somebody.
    #[noun]
    pub struct Customer {
        /// A name.
        pub name: String,
        /// What they pay for.
        pub plan: Plan,
    }

    /// What is paid for.
    #[derive(Value)]
    pub enum Plan {
        /// Nothing.
        Free,
        /// Something.
        Pro,
    }

    #[verbs]
    impl Customer {
        /// Changes the plan.
        #[verb]
        pub fn upgrade(&mut self, _cx: &mut Tx, plan: Plan) -> Result<Plan> {
            self.plan = plan.clone();
            Ok(plan)
        }

        /// Looks at the plan.
        #[durable]
        pub async fn review(_cx: Flow<Self>, months: i64) -> Result<bool> {
            Ok(months > 12)
        }
    }

    /// Prints a text.
    #[durable]
    pub async fn print(text: String) -> Result<()> {
        println!("{text}");
        Ok(())
    }

    /// Thanks for the change.
    #[on(Customer::upgraded)]
    pub async fn thank(cx: Flow, event: Event<Customer, Plan>) -> Result<()> {
        cx.run(print(format!("{:?}", event.data))).await
    }

    /// What is asked.
    #[form]
    pub struct Review {
        /// Was it good?
        pub good: bool,
    }

    dotdo::part! {
        /// What every business has.
        pub Base { Customer, print, thank }
    }

    dotdo::app! {
        /// The business.
        pub Shop { Base }
    }
}
