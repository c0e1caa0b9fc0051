// A verb is one transaction and runs no step.
use dotdo::prelude::*;

#[durable]
async fn charge() -> Result<()> {
    Ok(())
}

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, cx: &mut Tx) -> Result<()> {
        cx.run(charge())
    }
}

fn main() {}
