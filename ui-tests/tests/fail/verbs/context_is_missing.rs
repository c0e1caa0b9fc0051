// The transaction stands before the arguments.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, cents: i64) -> Result<()> {
        self.paid_cents = cents;
        Ok(())
    }
}

fn main() {}
