//! The `impl` of a noun may hold anything beside its verbs: generic functions, constants, lifetimes.
#![deny(warnings)]
#![allow(clippy::needless_arbitrary_self_type, clippy::unused_async)]
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
    pub notes: Vec<String>,
}

#[verbs]
impl Order {
    /// The most that can be paid.
    pub const LIMIT: i64 = { 100 * 100 };

    #[verb]
    fn pay(&mut self, cx: &mut Tx<Order>, cents: i64) -> Result<Vec<Self>> {
        ensure!(cents <= Self::LIMIT, "too much for {}", cx.id());
        self.cents -= Self::clamp(cents, &|c| c.max(0));
        Ok(vec![])
    }

    fn clamp<F>(cents: i64, f: &F) -> i64
    where
        F: Fn(i64) -> i64 + ?Sized,
    {
        f(cents)
    }

    fn first<'a>(&'a self, or: &'a str) -> &'a str {
        self.notes.first().map_or(or, String::as_str)
    }

    const fn halves(self: &Self) -> [i64; 2] {
        [self.cents / 2, self.cents - self.cents / 2]
    }

    async fn nothing<const N: usize>(self) -> [(); N] {
        [(); N]
    }

    #[query]
    fn note(&self, _cx: &View<Order>) -> Result<String> {
        Ok(self.first("none").to_owned())
    }
}

dotdo::app! { Shop { Order } }

#[test]
fn works() {
    let order = Order {
        cents: 3,
        notes: vec![],
    };
    assert_eq!(order.halves(), [1, 2]);
    drop(order.nothing::<2>());
    assert_eq!(Shop::DEF.entries.len(), 1);
}
