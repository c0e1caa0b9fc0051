// The `Flow` stands first.
use dotdo::prelude::*;

#[durable]
async fn onboard(name: String, cx: Flow) -> Result<()> {
    let _ = (name, cx);
    Ok(())
}

fn main() {}
