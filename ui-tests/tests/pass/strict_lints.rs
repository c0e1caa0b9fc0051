//! Generated code passes the lints of rustc that people switch on.
#![deny(warnings)]
#![deny(let_underscore, nonstandard_style, rust_2018_idioms, unused)]
#![deny(
    ambiguous_negative_literals,
    explicit_outlives_requirements,
    keyword_idents,
    meta_variable_misuse,
    missing_debug_implementations,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unsafe_code,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    variant_size_differences
)]
#![deny(clippy::all, clippy::pedantic)]
// These are about the shape of the functions, which is fixed.
#![allow(clippy::unnecessary_wraps, clippy::unused_async)]
use dotdo::prelude::*;

/// Somebody.
#[noun]
pub struct Customer {
    /// A name.
    #[index]
    pub name: String,
    /// What they pay for.
    #[default(Plan::Free)]
    pub plan: Plan,
    /// What they bought.
    #[backref(Order::customer)]
    pub orders: Many<Order>,
}

/// An order.
#[noun(object)]
pub struct Order {
    /// Who.
    pub customer: Ref<Customer>,
}

/// What is paid for.
#[derive(Value)]
pub enum Plan {
    /// Nothing.
    Free,
    /// Something.
    Pro {
        /// How much.
        cents: i64,
    },
}

#[verbs]
impl Customer {
    /// Changes the plan.
    #[verb]
    fn upgrade(&mut self, _cx: &mut Tx, plan: Plan) -> Result<Plan> {
        self.plan = plan.clone();
        Ok(plan)
    }
}

#[on(Customer::upgraded)]
async fn thank(cx: Flow, event: Event<Customer, Plan>) -> Result<()> {
    cx.run(send_mail(event.data)).await
}

#[on(*::*, filter = |event| event.noun == "Customer")]
async fn audit(_cx: Flow, _event: AnyEvent) -> Result<()> {
    Ok(())
}

#[durable(backoff = "100ms..30s", factor = 2.0)]
async fn send_mail(plan: Plan) -> Result<()> {
    println!("{plan:?}");
    Ok(())
}

#[form]
pub(crate) struct Review {
    #[range(1..=5)]
    pub(crate) stars: i64,
}

dotdo::app! { Shop { Customer, Order, thank, audit, send_mail } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 5);
    assert_eq!(Review { stars: 1 }.stars, 1);
    let _ = Plan::Pro { cents: 1 };
}
