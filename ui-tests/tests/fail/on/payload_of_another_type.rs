// The payload has the type that the verb returns.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[verbs]
impl Customer {
    #[verb]
    fn rename(&mut self, _cx: &mut Tx, name: String) -> Result<String> {
        Ok(std::mem::replace(&mut self.name, name))
    }
}

#[on(Customer::renamed)]
async fn note(_cx: Flow, _event: Event<Customer, i64>) -> Result<()> {
    Ok(())
}

fn main() {}
