//! What may be added without a word: nouns, indexes, optional and defaulted fields, variants, functions, and what values
//! hold; what may be taken away without a word: an index, a rule, a default, a `#[was]` that has done its work.
#![deny(warnings)]
use dotdo::prelude::*;

#[derive(Value)]
pub enum Plan {
    Free,
    Pro,
    Team,
}

#[derive(Value)]
pub struct Address {
    pub street: String,
    pub city: Option<String>,
    #[default(1)]
    pub floor: i32,
}

#[derive(Value)]
pub enum Payment {
    Cash,
    Card(String),
    Later { days: u32 },
}

#[noun]
pub struct Customer {
    #[index]
    #[search]
    pub email: String,
    pub name: Option<String>,
    pub nick: Option<String>,
    #[default(Plan::Team)]
    pub plan: Plan,
    pub address: Address,
    #[default(5)]
    pub stars: i64,
    pub paid_by: Option<Payment>,
    pub tags: Vec<String>,
}

#[noun]
pub struct Visit {
    pub customer: Ref<Customer>,
}

#[durable]
pub async fn charge(cents: i64, note: Option<String>) -> Result<Option<String>> {
    Ok(note.map(|note| format!("{note} {cents}")))
}

#[durable(version = 2)]
pub async fn remind(cx: Flow, customer: Ref<Customer>) -> Result<()> {
    let cents = i64::try_from(customer.id().as_str().len()).unwrap_or_default();
    cx.run(charge(cents, None)).await?;
    Ok(())
}

#[durable(name = "old_name")]
pub async fn new_name() -> Result<()> {
    Ok(())
}

dotdo::app! { lock: "lock_additive.lock", pub Shop { Customer, Visit, charge, remind, new_name } }

#[test]
fn what_is_added_follows() {
    assert_eq!(Shop::DEF.lock.map(|lock| lock.version), Some(4));
}
