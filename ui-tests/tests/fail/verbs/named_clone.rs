// A verb has no name that every stub has already.
use dotdo::prelude::*;

#[noun]
pub struct Product {
    pub name: String,
}

#[verbs]
impl Product {
    #[verb]
    fn clone(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
}

dotdo::app! { Shop { Product } }

fn main() {}
