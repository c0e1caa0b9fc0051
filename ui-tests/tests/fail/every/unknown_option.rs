// Every option is known.
use dotdo::prelude::*;

#[every("daily", timezone = "Europe/Berlin")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
