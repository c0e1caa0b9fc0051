//! The crate may be imported under another name beside its own.
#![deny(warnings)]
extern crate dotdo as business;
use business::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::created)]
async fn greet(_cx: Flow, event: Event<Customer>) -> business::Result<()> {
    ensure!(!event.data.name.is_empty(), "nobody");
    Ok(())
}

business::app! { Crm { Customer, greet } }

#[test]
fn works() {
    assert_eq!(Crm::DEF.entries.len(), 2);
}
