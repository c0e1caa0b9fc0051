// Verbs come with their noun.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

dotdo::app! { Shop { Order, Order::pay } }

fn main() {}
