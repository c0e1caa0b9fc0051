// A scheduled function takes nothing else.
use dotdo::prelude::*;

#[every("daily")]
async fn report(_cx: Flow, _name: String) -> Result<()> {
    Ok(())
}

fn main() {}
