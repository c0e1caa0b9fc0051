// Arguments have names.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, (cents, tip): (i64, i64)) -> Result<()> {
        self.paid_cents = cents + tip;
        Ok(())
    }
}

fn main() {}
