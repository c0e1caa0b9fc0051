use dotdo::Sim;
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub email: String,
}

dotdo::app! { pub Crm { Customer } }

#[dotdo::test]
async fn it_works<B: Business>(sim: Sim<B>) -> Result<()> {
    let _ = sim;
    Ok(())
}

fn main() {}
