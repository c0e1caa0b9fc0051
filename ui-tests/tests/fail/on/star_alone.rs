// A pattern names noun and event.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[on(*)]
async fn audit(_cx: Flow, _event: AnyEvent) -> Result<()> {
    Ok(())
}

fn main() {}
