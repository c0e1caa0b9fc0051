// A verb writes through its context.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &Tx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
