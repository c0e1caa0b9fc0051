//! Nouns may shadow what the standard library brings into scope.
#![deny(warnings)]
use dotdo::{durable, noun, on, verbs};

#[noun]
pub struct String {
    pub text: std::string::String,
}

#[noun]
pub struct Vec {
    pub list: std::vec::Vec<i64>,
    pub first: std::option::Option<i64>,
}

#[noun]
pub struct Error {
    pub code: i64,
}

#[noun]
pub struct Box {
    pub label: dotdo::Ref<String>,
}

#[noun]
pub struct Iterator {
    pub at: i64,
}

#[verbs]
impl Vec {
    #[verb]
    fn push(&mut self, _cx: &mut dotdo::Tx, item: i64) -> dotdo::Result<std::string::String> {
        self.list.push(item);
        Ok(item.to_string())
    }
}

#[on(Vec::pushed)]
async fn note(cx: dotdo::Flow, event: dotdo::Event<Vec, std::string::String>) -> dotdo::Result<()> {
    cx.run(clone(event.data)).await
}

#[durable]
async fn clone(text: std::string::String) -> dotdo::Result<()> {
    println!("{text}");
    Ok(())
}

dotdo::app! { Shop { String, Vec, Error, Box, Iterator, note, clone } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 7);
    let some = Vec {
        list: [1].into(),
        first: Some(1),
    };
    assert_eq!(some, some.clone());
}
