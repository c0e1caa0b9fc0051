// Names in journals are unique.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[durable(name = "mail")]
async fn send_mail(to: String) -> Result<()> {
    println!("{to}");
    Ok(())
}

#[durable(name = "mail")]
async fn send_letter(to: String) -> Result<()> {
    println!("{to}");
    Ok(())
}

dotdo::app! { pub Crm { Customer, send_mail, send_letter } }

fn main() {}
