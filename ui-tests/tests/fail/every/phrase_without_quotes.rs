// The phrase is a text.
use dotdo::prelude::*;

#[every(daily)]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
