// `#[verbs]` is for a noun's own `impl`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

pub trait Payable {
    fn pay(&mut self, cx: &mut Tx) -> Result<()>;
}

#[verbs]
impl Payable for Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
