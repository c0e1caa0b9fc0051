// A month has at most 31 days.
use dotdo::prelude::*;

#[every("32nd of the month")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
