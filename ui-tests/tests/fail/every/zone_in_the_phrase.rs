// The zone is an option.
use dotdo::prelude::*;

#[every("daily at 9am Europe/Berlin")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

fn main() {}
