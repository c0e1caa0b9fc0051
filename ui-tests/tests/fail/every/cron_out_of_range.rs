// A cron expression is read while compiling.
use dotdo::prelude::*;

#[every("0 24 * * *")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
