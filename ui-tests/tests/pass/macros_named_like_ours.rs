//! Macros of the user may have the names of those of the standard library and of dotdo.
#![deny(warnings)]
use dotdo::{Event, Flow, Result, Tx, Value, durable, noun, on, verbs};

#[allow(unused_macros)]
mod theirs {
    macro_rules! vec {
        () => {
            compile_error!("not this one")
        };
    }
    macro_rules! format {
        () => {
            compile_error!("not this one")
        };
    }
    macro_rules! write {
        () => {
            compile_error!("not this one")
        };
    }
    macro_rules! matches {
        () => {
            compile_error!("not this one")
        };
    }
    macro_rules! file {
        () => {
            compile_error!("not this one")
        };
    }
    macro_rules! line {
        () => {
            compile_error!("not this one")
        };
    }
    macro_rules! env {
        () => {
            compile_error!("not this one")
        };
    }
    macro_rules! compile_error {
        () => {};
    }
    pub(super) use {compile_error, env, file, format, line, matches, vec, write};
}
#[allow(unused_imports)]
use theirs::{compile_error, env, file, format, line, matches, vec, write};

#[noun]
pub struct Order {
    pub list: Vec<i64>,
}

#[derive(Value)]
pub struct Receipt {
    pub number: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, receipt: Receipt) -> Result<Receipt> {
        Ok(receipt)
    }
}

#[on(Order::paid)]
async fn note(cx: Flow, event: Event<Order, Receipt>) -> Result<()> {
    cx.run(print(event.data.number)).await
}

#[durable]
async fn print(number: i64) -> Result<()> {
    let _ = number;
    Ok(())
}

dotdo::app! { Shop { Order, note, print } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 3);
}
