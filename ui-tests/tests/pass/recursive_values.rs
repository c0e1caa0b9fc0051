//! A value may hold values of its own type.
#![deny(warnings)]
use dotdo::prelude::*;

#[derive(Value)]
pub struct Tree {
    pub name: String,
    #[default(Vec::new())]
    pub branches: Vec<Tree>,
    pub best: Option<Box<Self>>,
}

#[derive(Value)]
pub enum Filter {
    All,
    Not(Box<Filter>),
    And { left: Box<Filter>, right: Box<Self> },
}

#[test]
fn works() {
    let tree: Tree = dotdo::Json::of(&Tree {
        name: "a".into(),
        branches: Vec::new(),
        best: None,
    })
    .unwrap()
    .read()
    .unwrap();
    assert_eq!(tree.name, "a");
    let filter = Filter::And {
        left: Box::new(Filter::All),
        right: Box::new(Filter::Not(Box::new(Filter::All))),
    };
    assert_eq!(
        dotdo::Json::of(&filter).unwrap().read::<Filter>().unwrap(),
        filter
    );
    assert_eq!(format!("{filter:?}"), "And { left: All, right: Not(All) }");
}
