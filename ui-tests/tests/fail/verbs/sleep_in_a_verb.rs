// A verb is one transaction and does not wait.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, cx: &mut Tx) -> Result<()> {
        cx.sleep(hours(1))?;
        Ok(())
    }
}

fn main() {}
