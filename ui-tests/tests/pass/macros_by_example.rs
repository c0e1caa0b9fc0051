//! Items may come out of the user's own macros.
#![deny(warnings)]
use dotdo::prelude::*;

macro_rules! nouns {
    ($($(#[$attr:meta])* $name:ident { $($field:ident: $ty:ty = $default:expr),* } emits $verb:ident -> $event:ident;)*) => {$(
        #[noun]
        $(#[$attr])*
        pub struct $name {
            $(#[default($default)] pub $field: $ty),*
        }

        #[verbs]
        impl $name {
            #[verb(event = $event)]
            fn $verb(&mut self, _cx: &mut Tx) -> Result<()> {
                Ok(())
            }
        }
    )*};
}

nouns! {
    /// Somebody.
    Customer { age: i64 = 18, name: Option<String> = None } emits greet -> welcomed;
    Order { cents: i64 = 0 } emits pay -> settled;
}

macro_rules! step {
    ($name:ident($arg:ident: $ty:ty), retry = $retry:literal, timeout = $timeout:expr) => {
        #[durable(retry = $retry, timeout = $timeout)]
        async fn $name($arg: $ty) -> Result<$ty> {
            Ok($arg)
        }
    };
}

step!(charge(cents: i64), retry = 7, timeout = "1h");

#[on(Customer::welcomed)]
async fn note(cx: Flow, _event: Event<Customer, ()>) -> Result<()> {
    cx.run(charge(3)).await.map(drop)
}

macro_rules! shop {
    ($name:ident: $($item:path),*) => {
        dotdo::app! { pub $name { $($item),* } }
    };
}

shop!(Shop: Customer, Order, charge, note);

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries[2].item.step().policy.retry, 7);
}
