// A schedule inside an `impl` belongs to each object of the noun; a row has none.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[verbs]
impl Customer {
    #[every("daily")]
    async fn remind(_cx: Flow<Customer>) -> Result<()> {
        Ok(())
    }
}

dotdo::app! { pub Shop { Customer } }

fn main() {}
