use dotdo::Sim;
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub email: String,
}

dotdo::app! { pub Crm { Customer } }

#[dotdo::test(faults = "crash")]
async fn it_works(sim: Sim<Crm>) -> Result<()> {
    let _ = sim;
    Ok(())
}

fn main() {}
