// `app!` lists functions that exist.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub email: String,
}

#[on(Customer::created)]
async fn welcome(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

dotdo::app! { pub Crm { Customer, wellcome } }

fn main() {}
