// A rhythm begins with `every`.
use dotdo::prelude::*;

#[every("15 minutes")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
