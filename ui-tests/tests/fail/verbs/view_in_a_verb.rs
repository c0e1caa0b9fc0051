// A verb takes `&mut Tx`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &View) -> Result<()> {
        Ok(())
    }
}

fn main() {}
