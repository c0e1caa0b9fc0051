// `#[verb]` stands in an `impl` marked `#[verbs]`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
