//! Types may be named by aliases and by longer paths.
#![deny(warnings)]
use dotdo::prelude::{Value, durable, noun, on, verbs};

type Result<T> = dotdo::Result<T>;
type Cents = i64;
type Names = Vec<String>;
type Customers = dotdo::Ref<Customer>;

#[noun]
pub struct Customer {
    pub names: Names,
    pub owes: std::option::Option<Cents>,
    pub friend: Option<Customers>,
}

#[derive(Value)]
pub struct Receipt(Cents);

#[verbs]
impl Customer {
    #[verb]
    fn pay(&mut self, _cx: &mut dotdo::Tx, cents: Cents) -> Result<Receipt> {
        self.owes = self.owes.map(|owed| owed - cents);
        Ok(Receipt(cents))
    }

    #[query]
    fn owes(&self, _cx: &dotdo::View) -> core::result::Result<Cents, dotdo::Error> {
        Ok(self.owes.unwrap_or_default())
    }

    #[verb]
    fn befriend(&mut self, _cx: &mut dotdo::Tx, friend: Customers) -> ::dotdo::Result<Customers> {
        self.friend = Some(friend.clone());
        Ok(friend)
    }
}

#[on(Customer::paid)]
async fn note(cx: dotdo::Flow, event: dotdo::Event<Customer, Receipt>) -> Result<()> {
    let Receipt(cents) = event.data;
    cx.run(print(cents)).await
}

#[durable]
async fn print(cents: Cents) -> std::result::Result<(), dotdo::Error> {
    println!("{cents}");
    Ok(())
}

dotdo::app! { Shop { Customer, note, print } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 3);
}
