// A time limit is given once.
use dotdo::prelude::*;

#[durable(timeout = "1h")]
#[on(*::created, timeout = "2h")]
async fn audit(_cx: Flow, _event: AnyEvent) -> Result<()> {
    Ok(())
}

fn main() {}
