// A rhythm has a length.
use dotdo::prelude::*;

#[every("every 0 minutes")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
