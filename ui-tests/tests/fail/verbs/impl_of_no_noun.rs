// The type of the `impl` is a noun.
use dotdo::prelude::*;

pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
