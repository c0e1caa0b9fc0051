// The noun exists.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Custmer::created)]
async fn welcome(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

fn main() {}
