// A cron expression has five or six fields.
use dotdo::prelude::*;

#[every("0 9 * *")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
