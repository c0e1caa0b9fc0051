// Only a noun has ids.
use dotdo::prelude::*;

pub struct Customer {
    pub email: String,
}

#[durable]
async fn welcome(who: Id<Customer>) -> Result<()> {
    let _ = who;
    Ok(())
}

fn main() {}
