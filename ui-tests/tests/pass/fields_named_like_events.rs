//! Fields may have the names of events, of system columns and of what generated code uses.
#![deny(warnings)]
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub created: i64,
    pub updated: Option<String>,
    pub deleted: bool,
    pub id: String,
    pub name: String,
    pub data: String,
    pub cells: String,
    pub other: String,
    pub f: i64,
    pub serializer: String,
}

#[on(Order::created)]
async fn note(_cx: Flow, event: Event<Order>) -> Result<()> {
    ensure!(event.data.created > 0, "never");
    Ok(())
}

dotdo::app! { Shop { Order, note } }

#[test]
fn works() {
    let _ = Order::find(|c| c.created.gt(3) & c.id.eq("x"));
    assert_eq!(Order::created.verb(), "created");
    let order = Order {
        created: 1,
        updated: None,
        deleted: false,
        id: "a".into(),
        name: "b".into(),
        data: "c".into(),
        cells: "d".into(),
        other: "e".into(),
        f: 2,
        serializer: "g".into(),
    };
    assert_eq!(order.clone(), order);
}
