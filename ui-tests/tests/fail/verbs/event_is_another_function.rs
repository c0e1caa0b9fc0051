// An event has the name of no function.
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

    fn paid(&self) -> bool {
        self.paid_cents > 0
    }
}

fn main() {}
