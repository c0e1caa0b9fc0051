//! Generated code passes the lints that people switch on, rustc's and clippy's.
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
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
#![allow(
    clippy::blanket_clippy_restriction_lints,
    reason = "nobody switches on all of them, but everybody some"
)]
#![allow(
    clippy::needless_pass_by_ref_mut,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "the shape of the functions is fixed"
)]
#![allow(
    clippy::future_not_send,
    clippy::single_call_fn,
    reason = "a flow stays on its thread, and `app!` is its one caller"
)]
#![allow(
    clippy::missing_trait_methods,
    clippy::question_mark_used,
    reason = "so it is at the user's types, to make errors appear there"
)]
#![allow(
    clippy::arbitrary_source_item_ordering,
    clippy::field_scoped_visibility_modifiers,
    clippy::implicit_return,
    clippy::missing_docs_in_private_items,
    clippy::print_stdout,
    clippy::pub_with_shorthand,
    clippy::redundant_pub_crate,
    clippy::tests_outside_test_module,
    clippy::use_debug,
    reason = "about this file itself"
)]
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

    /// An argument that is not used yet.
    #[verb]
    fn pause(&mut self, _cx: &mut Tx, _why: Option<String>, _until: i64) -> Result<()> {
        Ok(())
    }

    /// Another.
    #[query]
    fn likes(&self, _cx: &View, _what: String) -> Result<bool> {
        Ok(true)
    }

    /// A flow of a thing.
    #[durable]
    async fn greet(_cx: Flow<Self>, _words: String) -> Result<()> {
        Ok(())
    }
}

#[verbs]
impl Order {
    /// A schedule of a thing.
    #[every("daily")]
    async fn remind(_cx: Flow<Order>) -> Result<()> {
        Ok(())
    }
}

#[durable]
async fn step_of_later(_words: String) -> Result<()> {
    Ok(())
}

#[durable]
async fn flow_of_later(_cx: Flow, _words: String) -> Result<()> {
    Ok(())
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

dotdo::app! { Shop { Customer, Order, thank, audit, send_mail, step_of_later, flow_of_later } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 7);
    assert_eq!(Review { stars: 1 }.stars, 1);
    assert_ne!(Plan::Pro { cents: 1 }, Plan::Free);
}
