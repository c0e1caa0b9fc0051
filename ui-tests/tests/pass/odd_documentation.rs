//! Documentation of any form reaches the description, whatever letters it has.
#![deny(warnings)]
use dotdo::prelude::*;

/** A block:
with "quotes", {braces}, \n backslashes and `code`. */
#[noun]
pub struct Order {
    /// 数 – ½ "x" \" {0} {{}} %s #[noun] */
    pub number: i64,
    #[doc = "given by an attribute"]
    pub note: String,
    #[doc = concat!("made by ", "a macro")]
    pub other: String,
    pub none: i64,
}

/// Not `all`:
///
/// * one
/// * two
#[derive(Value)]
pub enum Stage {
    /// Nothing 🦀 yet.
    Open,
}

#[verbs]
impl Order {
    ///
    /// After an empty line.
    ///
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, stage: Stage) -> Result<Stage> {
        Ok(stage)
    }

    /// How much
    /// it is.
    #[query]
    fn total(&self, _cx: &View) -> Result<i64> {
        Ok(self.number)
    }
}

/// Follows `Order::paid`.
#[on(Order::paid)]
async fn follow(cx: Flow, _event: Event<Order, Stage>) -> Result<()> {
    cx.run(print("paid".into())).await
}

/// Prints.
#[allow(rustdoc::broken_intra_doc_links)]
/// [Nothing] else.
#[durable]
async fn print(text: String) -> Result<()> {
    println!("{text}");
    Ok(())
}

dotdo::app! {
    /// All of it.
    Shop { Order, print, follow }
}

#[test]
fn works() {
    let def = Order::DEF;
    assert_eq!(
        def.doc,
        "A block:\nwith \"quotes\", {braces}, \\n backslashes and `code`."
    );
    assert_eq!(
        def.columns[0].doc,
        "数 – ½ \"x\" \\\" {0} {{}} %s #[noun] */"
    );
    assert_eq!(def.columns[1].doc, "given by an attribute");
    assert_eq!(def.columns[3].doc, "");
    let verbs = Shop::DEF.entries[0].verbs.expect("verbs");
    assert_eq!(verbs.verbs[0].doc, "After an empty line.");
    assert_eq!(verbs.verbs[1].doc, "How much\nit is.");
    let dotdo::__private::Item::Flow(flow) = &Shop::DEF.entries[2].item else {
        panic!("a handler is a flow")
    };
    assert_eq!(flow.doc, "Follows `Order::paid`.");
    assert_eq!(
        Shop::DEF.entries[1].item.step().doc,
        "Prints.\n[Nothing] else."
    );
    assert_eq!(Shop::DEF.doc, "All of it.");
}
