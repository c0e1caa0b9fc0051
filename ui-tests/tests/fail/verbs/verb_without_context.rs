// A verb takes its transaction.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
