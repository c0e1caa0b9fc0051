// A verb does not wait.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    async fn pay(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
