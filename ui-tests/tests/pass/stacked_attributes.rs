//! The attributes of a function stack in any order, with or without a path.
#![deny(warnings)]
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::created)]
#[durable(retry = 5)]
async fn first(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

/// Documented in between.
#[dotdo::durable(retry = 5)]
/// And after.
#[dotdo::on(Customer::created, timeout = "2h")]
#[allow(clippy::unused_async)]
async fn second(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

#[durable(retry = 5, timeout = "2h")]
#[every("daily at 6am and 6pm", tz = "europe/berlin", missed = "all")]
async fn third(_cx: Flow) -> Result<()> {
    Ok(())
}

dotdo::app! { Crm { Customer, first, second, third } }

#[test]
fn works() {
    for entry in &Crm::DEF.entries[1..] {
        assert_eq!(entry.item.flow().policy.retry, 5);
    }
    let second = Crm::DEF.entries[2].item.flow();
    assert_eq!(second.doc, "Documented in between.\nAnd after.");
    assert_eq!(second.policy.timeout, Some(hours(2)));
}
