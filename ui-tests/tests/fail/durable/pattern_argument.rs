// Arguments have names.
use dotdo::prelude::*;

#[durable]
async fn add((left, right): (i64, i64)) -> Result<i64> {
    Ok(left + right)
}

fn main() {}
