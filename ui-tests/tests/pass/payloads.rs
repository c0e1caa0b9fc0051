//! A verb may return any value, and its event carries it.
#![deny(warnings)]
use dotdo::prelude::*;

use std::collections::BTreeMap;

#[noun]
pub struct Order {
    pub cents: i64,
}

#[derive(Value)]
pub struct Parcel {
    pub weight: Option<f64>,
}

#[verbs]
impl Order {
    #[verb]
    fn open(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }
    #[verb]
    fn pack(&mut self, _cx: &mut Tx) -> Result<Vec<Option<Parcel>>> {
        Ok(vec![])
    }
    #[verb]
    fn count(&mut self, _cx: &mut Tx) -> Result<(i64, String)> {
        Ok((1, String::new()))
    }
    #[verb]
    fn weigh(&mut self, _cx: &mut Tx) -> Result<BTreeMap<String, Vec<Parcel>>> {
        Ok(BTreeMap::new())
    }
    #[verb]
    fn duplicate(&mut self, _cx: &mut Tx) -> Result<Option<Order>> {
        Ok(Some(self.clone()))
    }
    #[verb]
    fn link(&mut self, cx: &mut Tx<Order>) -> Result<Ref<Self>> {
        Ok(Ref::new(cx.id()))
    }
}

#[on(Order::opened)]
async fn opened(_cx: Flow, event: Event<Order, ()>) -> Result<()> {
    let () = event.data;
    Ok(())
}
#[on(Order::packed, filter = |event| !event.data.is_empty())]
async fn packed(_cx: Flow, event: Event<Order, Vec<Option<Parcel>>>) -> Result<()> {
    drop(event.data);
    Ok(())
}
#[on(Order::counted)]
async fn counted(_cx: Flow, event: Event<Order, (i64, String)>) -> Result<()> {
    let (_, _) = event.data;
    Ok(())
}
#[on(Order::duplicated)]
async fn duplicated(_cx: Flow, event: Event<Order, Option<Order>>) -> Result<()> {
    drop(event.data);
    Ok(())
}
#[on(Order::linked)]
async fn linked(cx: Flow, event: Event<Order, Ref<Order>>) -> Result<()> {
    cx.run(Order::stub(event.data).open()).await
}

dotdo::app! { Shop { Order, opened, packed, counted, duplicated, linked } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 6);
    fn all<T: Clone + PartialEq + std::fmt::Debug>() {}
    all::<OrderEvent>();
}
