// A verb takes `&mut self`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(self: Box<Self>, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
