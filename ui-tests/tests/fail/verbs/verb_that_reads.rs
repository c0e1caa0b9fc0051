// A verb changes its noun.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
