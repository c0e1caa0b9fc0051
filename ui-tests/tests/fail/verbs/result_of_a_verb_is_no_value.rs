// What a verb returns is an event's payload.
use dotdo::prelude::*;

pub struct Money {
    pub cents: i64,
}

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx) -> Result<Money> {
        Ok(Money { cents: self.cents })
    }
}

fn main() {}
