// `#[verbs]` has no options of its own.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs(object)]
impl Order {
    #[query]
    fn total(&self, _cx: &View) -> Result<i64> {
        Ok(self.cents)
    }
}

fn main() {}
