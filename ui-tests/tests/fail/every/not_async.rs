// A scheduled function may wait.
use dotdo::prelude::*;

#[every("daily")]
fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
