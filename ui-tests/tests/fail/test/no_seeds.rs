use dotdo::Sim;
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub email: String,
}

dotdo::app! { pub Crm { Customer } }

#[dotdo::test(seeds = 0)]
async fn it_works(sim: Sim<Crm>) -> Result<()> {
    let _ = sim;
    Ok(())
}

fn main() {}
