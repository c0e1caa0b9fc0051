//! Nouns and values may have the names of types that everybody knows.
#![deny(warnings)]
use dotdo::{Ref, noun, verbs};

#[noun]
pub struct Result {
    pub text: std::string::String,
    pub option: Ref<Option>,
}

#[noun]
pub struct Option {
    pub number: i64,
    pub stub: Ref<Stub>,
}

#[noun(object)]
pub struct Stub {
    pub number: i64,
}

#[noun]
pub struct Event {
    pub value: Value,
}

#[noun]
pub struct Noun {
    pub ok: bool,
}

#[derive(dotdo::Value)]
pub enum Value {
    None,
    Some,
    Ok,
    Err,
}

#[verbs]
impl Stub {
    #[verb]
    fn pay(&mut self, _cx: &mut dotdo::Tx, value: Value) -> dotdo::Result<Value> {
        self.number += 1;
        Ok(value)
    }

    #[query]
    fn number(&self, _cx: &dotdo::View<Stub>) -> dotdo::Result<i64> {
        Ok(self.number)
    }
}

dotdo::app! { Shop { Result, Option, Stub, Event, Noun } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 5);
}
