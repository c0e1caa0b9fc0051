// A mistake is said once, whatever is said about the arguments.
use dotdo::prelude::*;

#[durable(retries = 3)]
async fn charge(
    /// In cents.
    cents: i64,
) -> Result<i64> {
    Ok(cents)
}

dotdo::app! { Shop { charge } }

fn main() {}
