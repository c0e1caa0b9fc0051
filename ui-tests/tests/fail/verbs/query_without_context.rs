// A query takes a view.
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[query]
    fn total(&self) -> Result<i64> {
        Ok(self.cents)
    }
}

fn main() {}
