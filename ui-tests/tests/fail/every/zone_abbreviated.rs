// A zone is a place.
use dotdo::prelude::*;

#[every("daily", tz = "CEST")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
