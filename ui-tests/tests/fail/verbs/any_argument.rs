// Arguments have one type.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, cents: impl Into<i64>) -> Result<()> {
        self.paid_cents = cents.into();
        Ok(())
    }
}

fn main() {}
