// `find` is built in.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[query]
    fn find(&self, _cx: &View) -> Result<i64> {
        Ok(self.cents)
    }
}

fn main() {}
