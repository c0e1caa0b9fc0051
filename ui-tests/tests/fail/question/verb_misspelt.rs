// A stub has the noun's verbs.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, cents: i64) -> Result<i64> {
        self.cents -= cents;
        Ok(cents)
    }
}

fn settle(id: Id<Order>) {
    let _ = Order::stub(id).pya(3);
}

fn main() {
    let _ = settle;
}
