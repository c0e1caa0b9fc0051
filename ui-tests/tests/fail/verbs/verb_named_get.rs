// `get` is built in.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub paid_cents: i64,
}

#[verbs]
impl Order {
    #[query]
    fn get(&self, _cx: &View) -> Result<i64> {
        Ok(self.paid_cents)
    }
}

fn main() {}
