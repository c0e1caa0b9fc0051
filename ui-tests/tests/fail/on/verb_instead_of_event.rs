// A handler listens to what was done.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

#[verbs]
impl Customer {
    #[verb]
    fn rename(&mut self, _cx: &mut Tx, name: String) -> Result<()> {
        self.name = name;
        Ok(())
    }
}

#[on(Customer::rename)]
async fn note(_cx: Flow, _event: Event<Customer, ()>) -> Result<()> {
    Ok(())
}

fn main() {}
