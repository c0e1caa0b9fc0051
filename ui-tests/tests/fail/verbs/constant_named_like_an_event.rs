// An event has a name of its own.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[allow(non_upper_case_globals)]
    const paid: i64 = 1;
    #[verb]
    fn pay(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
