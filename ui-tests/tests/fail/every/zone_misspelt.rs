// A time zone exists.
use dotdo::prelude::*;

#[every("Monday 9am", tz = "Europe/Berln")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
