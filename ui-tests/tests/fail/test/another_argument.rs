use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub email: String,
}

dotdo::app! { pub Crm { Customer } }

#[dotdo::test]
async fn it_works(crm: Crm) -> Result<()> {
    let _ = crm;
    Ok(())
}

fn main() {}
