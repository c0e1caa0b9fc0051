//! The smallest business.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    #[unique]
    pub email: String,
    pub name: String,
}

#[on(Customer::created)]
async fn welcome(cx: Flow, event: Event<Customer>) -> Result<()> {
    cx.run(send_mail(event.data.email.clone(), "Welcome!".into()))
        .await
}

#[durable(retry = 3)]
async fn send_mail(to: String, text: String) -> Result<()> {
    println!("{to} {text}");
    Ok(())
}

dotdo::app! { pub Crm { Customer, welcome, send_mail } }

#[test]
fn works() {
    let _: fn() -> dotdo::Exit = Crm::main;
    assert_eq!(Crm::DEF.name, "Crm");
    assert_eq!(Crm::DEF.entries.len(), 3);
}
