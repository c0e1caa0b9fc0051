// Rows that have no value need one.
use dotdo::prelude::*;

#[derive(Value)]
pub enum Plan {
    Trial,
    Free,
    Pro,
}

#[derive(Value)]
pub struct Address {
    pub street: String,
}

#[derive(Value)]
pub struct Receipt {
    pub number: String,
}

#[noun]
pub struct Customer {
    #[unique]
    pub email: String,
    pub name: String,
    pub tel: String,
    #[migrate(cents)]
    pub credit: i64,
    #[default(Plan::Free)]
    pub plan: Plan,
    pub address: Address,
}

fn cents(old: String) -> Result<i64> {
    Ok(old.parse()?)
}

#[noun(object)]
pub struct Order {
    pub total_cents: i64,
}

#[durable]
pub async fn collect(cx: Flow, invoice: String) -> Result<()> {
    cx.run(charge(invoice.len() as i64)).await?;
    Ok(())
}

#[durable]
pub async fn charge(cents: i64) -> Result<Receipt> {
    Ok(Receipt { number: cents.to_string() })
}

dotdo::app! { lock: "no_longer_optional.lock", pub Shop { Customer, Order, collect, charge } }

fn main() {}
