// Every verb has an event of its own.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }

    #[verb(event = paid)]
    fn settle(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
