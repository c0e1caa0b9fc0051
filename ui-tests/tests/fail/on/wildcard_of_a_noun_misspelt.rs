// The noun of a pattern exists.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(Custmer::*)]
async fn audit(_cx: Flow, _event: NounEvent<Customer>) -> Result<()> {
    Ok(())
}

fn main() {}
