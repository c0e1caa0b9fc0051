// Units are known words.
use dotdo::prelude::*;

#[every("every 5 minuts")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
