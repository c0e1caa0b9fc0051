// Arguments are owned.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn rename(&mut self, _cx: &mut Tx, name: &str) -> Result<()> {
        let _ = name;
        Ok(())
    }
}

fn main() {}
