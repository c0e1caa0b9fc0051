//! Verbs may have the names of what stubs, values and generated code have.
#![deny(warnings)]
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub number: i64,
}

#[verbs]
impl Order {
    #[verb(event = looked)]
    fn read(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }

    #[verb]
    fn call(&mut self, _cx: &mut Tx, verb: String, args: Vec<i64>) -> Result<Vec<i64>> {
        drop(verb);
        Ok(args)
    }

    #[verb]
    fn next(&mut self, _cx: &mut Tx, cells: i64, column: String) -> Result<String> {
        self.number += cells;
        Ok(column)
    }

    #[verb(event = noun)]
    fn copy(&mut self, _cx: &mut Tx, turn: i64, id: String, run: bool) -> Result<()> {
        let _ = (turn, id, run);
        Ok(())
    }

    #[verb]
    fn eq(&mut self, _cx: &mut Tx, other: i64) -> Result<()> {
        self.number = other;
        Ok(())
    }

    #[query]
    fn to_cells(&self, _cx: &View, json: String, event: i64, this: i64) -> Result<i64> {
        drop(json);
        Ok(self.number + event + this)
    }
}

dotdo::app! { Shop { Order } }

#[test]
fn works() {
    let id: Id<Order> = Id::new("o1").expect("an id");
    let _ = Order::stub(&id).call("x".into(), vec![1]);
    let _ = Order::stub(&id).to_cells("x".into(), 1, 2);
    assert_eq!(Order::noun.verb(), "noun");
    assert_eq!(
        Shop::DEF.entries[0].verbs.map(|def| def.verbs.len()),
        Some(6)
    );
}
