// A handler that is not listed is never used.
#![deny(dead_code)]
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Customer::created)]
async fn welcome(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

dotdo::app! { pub Crm { Customer } }

fn main() {
    let _ = Crm::DEF;
}
