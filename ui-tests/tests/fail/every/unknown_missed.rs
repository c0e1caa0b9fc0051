// Missed runs are treated in one of three ways.
use dotdo::prelude::*;

#[every("daily", missed = "never")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
