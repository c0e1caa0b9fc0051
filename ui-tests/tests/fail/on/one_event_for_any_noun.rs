// A handler of events of any noun takes `AnyEvent`.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(*::created)]
async fn audit(_cx: Flow, _event: Event<Customer>) -> Result<()> {
    Ok(())
}

fn main() {}
