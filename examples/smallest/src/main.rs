//! The smallest business: whoever becomes a customer gets a welcome, once, however often the process crashes.
//!
//! `cargo run -p smallest -- serve` answers `POST /Customer`; `MAIL_FILE=mails.txt` keeps the mails in a file.

use dotdo::prelude::*;

mod mailer;

/// Somebody who buys from us.
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
    mailer::post(&to, &text).await
}

dotdo::app! { pub Crm { Customer, welcome, send_mail } }

fn main() -> dotdo::Exit {
    Crm::main()
}
