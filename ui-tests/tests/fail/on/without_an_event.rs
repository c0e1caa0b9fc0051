// `#[on]` says what starts the handler.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on]
async fn welcome(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

fn main() {}
