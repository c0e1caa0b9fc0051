// An object of its own is made by a call.
use dotdo::prelude::*;

#[noun(object)]
pub struct Parcel {
    pub grams: i64,
}

#[noun]
pub struct Order {
    pub cents: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn ship(&mut self, cx: &mut Tx) -> Result<()> {
        cx.create(&Parcel { grams: 100 })?;
        Ok(())
    }
}

fn main() {}
