// A handler of `*::verb` listens to an event that some noun of the business has.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(*::craeted)]
async fn greet(_cx: Flow, _event: AnyEvent) -> Result<()> {
    Ok(())
}

dotdo::app! { pub Shop { Customer, greet } }

fn main() {}
