//! Whatever is compiled out leaves nothing behind.
#![deny(warnings)]
#![allow(clippy::non_minimal_cfg)]
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub number: i64,
    #[cfg(any())]
    pub never: Missing,
    #[cfg(all())]
    #[index]
    pub always: String,
}

#[derive(Value)]
pub enum Stage {
    Open,
    #[cfg(any())]
    Never(Missing),
}

#[derive(Value)]
pub struct Receipt {
    #[cfg(any())]
    pub never: Missing,
    pub stage: Stage,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }

    #[cfg(any())]
    #[verb]
    fn ship(&mut self, _cx: &mut Tx, parcel: Missing) -> Result<Missing> {
        Ok(parcel)
    }

    #[query]
    #[cfg(any())]
    fn parcel(&self, _cx: &View) -> Result<Missing> {
        missing()
    }

    #[cfg(any())]
    #[on(Order::shipped)]
    async fn note(_cx: Flow<Order>, _event: Event<Order, Missing>) -> Result<()> {
        Ok(())
    }

    #[cfg(any())]
    #[durable]
    async fn review(_cx: Flow<Order>, parcel: Missing) -> Result<Missing> {
        Ok(parcel)
    }
}

#[on(Order::shipped)]
#[cfg(any())]
async fn welcome(_cx: Flow, _event: Event<Order, Missing>) -> Result<()> {
    Ok(())
}

#[durable]
#[cfg(any())]
async fn charge(parcel: Missing) -> Result<Missing> {
    Ok(parcel)
}

#[every("daily")]
#[cfg(any())]
async fn report(_cx: Flow) -> Result<()> {
    missing()
}

dotdo::app! {
    Shop {
        Order,
        #[cfg(any())]
        welcome,
        #[cfg(any())]
        charge,
        #[cfg(any())]
        report,
    }
}

#[test]
fn works() {
    let columns: Vec<_> = <Order as dotdo::Noun>::DEF
        .columns
        .iter()
        .map(|column| column.name)
        .collect();
    assert_eq!(columns, ["number", "always"]);
    assert_eq!(Shop::DEF.entries.len(), 1);
    assert_eq!(Shop::DEF.entries[0].verbs.unwrap().verbs.len(), 1);
    assert!(Shop::DEF.entries[0].verbs.unwrap().flows.is_empty());
    let _ = Receipt { stage: Stage::Open };
}
