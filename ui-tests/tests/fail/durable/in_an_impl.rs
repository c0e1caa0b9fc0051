// A step or flow in an `impl` needs `#[verbs]` on it.
//~ 6 errors: an attribute does not see what it stands in, and rustc takes no struct there
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

impl Order {
    #[durable]
    async fn charge(cents: i64) -> Result<i64> {
        Ok(cents)
    }
}

fn main() {}
