// A flow talks to nobody.
use dotdo::prelude::*;

#[durable(breaker = "5 in 1m, 30s")]
async fn charge(_cx: Flow, cents: i64) -> Result<i64> {
    Ok(cents)
}

fn main() {}
