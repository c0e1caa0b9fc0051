// A time is on the clock.
use dotdo::prelude::*;

#[every("Monday 25:00")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
