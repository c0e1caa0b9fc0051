//! What is private stays private, without a warning.
#![deny(warnings, private_interfaces, private_bounds)]
use dotdo::prelude::*;

#[noun]
struct Customer {
    name: String,
}

/// Somebody may buy it.
#[noun(object)]
pub struct Order {
    /// Its number.
    pub number: i64,
    secret: Secret,
}

#[derive(Value)]
struct Secret(String);

#[verbs]
impl Order {
    #[verb]
    fn hide(&mut self, _cx: &mut Tx, secret: Secret) -> Result<Secret> {
        Ok(std::mem::replace(&mut self.secret, secret))
    }

    #[query]
    fn seen(&self, _cx: &View) -> Result<Secret> {
        Ok(self.secret.clone())
    }
}

#[durable]
async fn keep(secret: Secret) -> Result<Secret> {
    Ok(secret)
}

dotdo::app! { Shop { Customer, Order, keep } }

#[test]
fn works() {
    let _ = Customer { name: "Ann".into() };
    assert_eq!(Shop::DEF.entries.len(), 3);
}
