// A query takes `&View`.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[query]
    fn total(&self, _cx: &mut Tx) -> Result<i64> {
        Ok(self.paid_cents)
    }
}

fn main() {}
