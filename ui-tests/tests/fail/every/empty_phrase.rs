// A schedule says when.
use dotdo::prelude::*;

#[every("")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
