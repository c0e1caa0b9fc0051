// The way to treat missed runs is a text.
use dotdo::prelude::*;

#[every("daily", missed = all)]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
