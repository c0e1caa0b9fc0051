// The verbs of a noun stand in one `impl`.
//~ 9 errors: two attributes do not see each other, so it is rustc that finds everything twice
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

#[verbs]
impl Order {
    #[verb]
    fn ship(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
