// A verb has no type parameters.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay<T: Into<i64>>(&mut self, _cx: &mut Tx, cents: i64) -> Result<()> {
        self.paid_cents = cents;
        Ok(())
    }
}

fn main() {}
