// A time limit is an option of `#[durable]`.
use dotdo::prelude::*;

#[every("daily", timeout = "1h")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
