// A function has one schedule.
use dotdo::prelude::*;

#[every("daily")]
#[every("Monday 9am")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
