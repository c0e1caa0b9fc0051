// A flow owns its context.
use dotdo::prelude::*;

#[durable]
async fn onboard(_cx: &Flow, _name: String) -> Result<()> {
    Ok(())
}

fn main() {}
