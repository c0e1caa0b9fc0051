// A zone is a place, whose clock changes are known.
use dotdo::prelude::*;

#[every("daily", tz = "UTC+2")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
