// A scheduled function takes a `Flow`.
use dotdo::prelude::*;

#[every("daily")]
async fn report() -> Result<()> {
    Ok(())
}

fn main() {}
