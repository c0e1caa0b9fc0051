//! Lists may nest, be compiled out in pieces and end in a comma.
#![deny(warnings)]
use dotdo::prelude::*;

#[noun]
struct Customer {
    name: String,
}

#[noun]
struct Order {
    number: i64,
}

#[on(Customer::created)]
async fn greet(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

#[cfg(any())]
#[on(Missing::created)]
async fn never(_cx: Flow, _event: Event<Missing>) -> Result<()> {
    Ok(())
}

dotdo::part! { Greeting { greet, #[cfg(any())] never, } }
dotdo::part! { People { Customer, Greeting } }
dotdo::part! { pub(crate) Sales { self::Order, } }
dotdo::app! { Shop { People, #[cfg(any())] Missing, #[cfg(all())] Sales, } }
// The same items may belong to another business.
dotdo::app! { domain: "crm.example", Crm { People } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 2);
    assert_eq!(Crm::DEF.domain, Some("crm.example"));
}
