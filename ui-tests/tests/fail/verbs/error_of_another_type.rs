// The error is dotdo's.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx) -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
