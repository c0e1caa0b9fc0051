// A step belongs to no thing.
use dotdo::prelude::*;

pub struct Bank;

impl Bank {
    #[durable]
    async fn charge(&self, cents: i64) -> Result<i64> {
        Ok(cents)
    }
}

fn main() {}
