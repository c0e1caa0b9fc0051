// A schedule starts a function.
use dotdo::prelude::*;

pub struct Shop;

impl Shop {
    #[every("daily")]
    async fn report(&self, _cx: Flow) -> Result<()> {
        Ok(())
    }
}

fn main() {}
