//! Attributes that are not ours stay where they are.
#![deny(warnings)]
use dotdo::prelude::*;

#[noun]
#[cfg_attr(all(), derive(Eq, Hash), allow(clippy::pedantic))]
#[must_use]
pub struct Order {
    #[cfg_attr(all(), unique)]
    pub number: i64,
    #[allow(dead_code)]
    #[cfg_attr(any(), index)]
    pub note: String,
}

#[derive(Value)]
#[non_exhaustive]
#[cfg_attr(all(), derive(PartialOrd))]
pub enum Stage {
    #[allow(dead_code)]
    Open,
    #[deprecated = "say `Open`"]
    #[allow(dead_code)]
    New,
}

#[verbs]
#[allow(clippy::pedantic)]
impl Order {
    #[verb]
    #[inline]
    #[allow(clippy::unnecessary_wraps)]
    fn pay(&mut self, #[allow(unused_variables)] cx: &mut Tx, mut cents: i64) -> Result<i64> {
        cents += 1;
        Ok(cents)
    }
}

#[cfg_attr(all(), allow(clippy::unused_async))]
#[durable]
#[must_use = "it does nothing by itself"]
#[inline(never)]
async fn print(#[allow(unused_mut)] mut text: String) -> Result<()> {
    println!("{text}");
    Ok(())
}

dotdo::app! { #[derive(Debug)] Shop { Order, print } }

#[test]
fn works() {
    assert!(Order::DEF.columns[0].unique);
    assert!(!Order::DEF.columns[1].index);
    assert_eq!(format!("{Shop:?}"), "Shop");
    assert!(Stage::Open <= Stage::Open);
    let set = std::collections::HashSet::from([Order {
        number: 1,
        note: "x".into(),
    }]);
    assert_eq!(set.len(), 1);
}
