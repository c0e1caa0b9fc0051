// Arguments are values.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

pub struct Money {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, money: Money) -> Result<()> {
        self.paid_cents = money.cents;
        Ok(())
    }
}

fn main() {}
