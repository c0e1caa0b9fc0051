// What is listed is marked.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

async fn welcome() {}

dotdo::app! { pub Crm { Customer, welcome } }

fn main() {}
