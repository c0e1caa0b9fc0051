// A function takes one flow.
use dotdo::prelude::*;

#[durable]
async fn charge(_cx: Flow, _other: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
