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
    Shop { Order, print }
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
    assert_eq!(
        Shop::DEF.entries[1].item.step().doc,
        "Prints.\n[Nothing] else."
    );
    assert_eq!(Shop::DEF.doc, "All of it.");
}
