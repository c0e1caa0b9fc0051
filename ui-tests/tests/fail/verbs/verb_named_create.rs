// `create` is built in.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn create(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
