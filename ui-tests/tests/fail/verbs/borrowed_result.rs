// What a query returns is owned.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[query]
    fn name(&self, _cx: &View) -> Result<&str> {
        Ok("x")
    }
}

fn main() {}
