// `#[every]` says when.
use dotdo::prelude::*;

#[every(tz = "Europe/Berlin")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
