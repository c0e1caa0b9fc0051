// Journals may wait for it.
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

#[noun]
pub struct Customer {
    #[unique]
    pub email: String,
    pub name: String,
    pub tel: Option<String>,
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
    cx.sleep(secs(invoice.len() as u64)).await?;
    Ok(())
}

dotdo::app! { lock: "step_is_gone.lock", pub Shop { Customer, Order, collect } }

fn main() {}
