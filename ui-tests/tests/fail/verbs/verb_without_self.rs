// A verb is about one thing.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(_cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
