// An argument that may be left out is an `Option`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, #[default(3)] cents: i64) -> Result<()> {
        self.cents = cents;
        Ok(())
    }
}

fn main() {}
