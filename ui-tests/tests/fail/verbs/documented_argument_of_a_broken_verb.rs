// A mistake is said once, whatever is said about the arguments.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    async fn pay(
        &mut self,
        _cx: &mut Tx,
        /// In cents.
        cents: i64,
    ) -> Result<()> {
        self.cents = cents;
        Ok(())
    }
}

dotdo::app! { Shop { Order } }

fn main() {}
