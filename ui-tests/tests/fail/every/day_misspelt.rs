// A schedule is read while compiling.
use dotdo::prelude::*;

#[every("Munday 9am")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
