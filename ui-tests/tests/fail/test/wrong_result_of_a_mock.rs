use dotdo::Sim;
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub email: String,
}

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

dotdo::app! { pub Crm { Customer, charge } }

fn mocked(sim: &Sim<Crm>) {
    sim.mock::<charge>().with(|charge { cents }| Ok(cents.to_string()));
}

fn main() {
    let _ = mocked;
}
