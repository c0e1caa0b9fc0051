//! A default is any expression of the field's type.
#![deny(warnings)]
use dotdo::prelude::*;

use std::collections::BTreeMap;

const LIMIT: i64 = 7;

#[derive(Value, Copy)]
pub enum Plan {
    Free,
    Pro,
}

impl Plan {
    const USUAL: Self = Self::Pro;
}

fn names() -> Vec<String> {
    vec!["a".into()]
}

#[noun]
#[derive(Default)]
pub struct Customer {
    #[default(LIMIT + 1)]
    pub limit: i64,
    #[default(-3)]
    pub below: i64,
    #[default({ let mut x = 1; x += 1; x })]
    pub block: u8,
    #[default(Plan::USUAL)]
    pub plan: Plan,
    #[default(names())]
    pub names: Vec<String>,
    #[default(vec![("a".to_owned(), 1), ("b".to_owned(), 2)].into_iter().collect())]
    pub map: BTreeMap<String, i64>,
    #[default(Some(r#"a "text", with a comma"#.to_owned()))]
    pub text: Option<String>,
    #[default(if cfg!(windows) { 1.5 } else { 2.5 })]
    #[range(0..=9)]
    pub number: f64,
    #[default((|x: i64| x * 2)(4))]
    pub closure: i64,
    #[default(Default::default())]
    pub nothing: String,
}

dotdo::app! { Shop { Customer } }

#[test]
fn works() {
    let customer = Customer::default();
    assert_eq!((customer.limit, customer.below, customer.block), (8, -3, 2));
    assert_eq!((customer.names, customer.closure), (names(), 8));
    assert_eq!(customer.plan, Plan::Pro);
    let _ = (Plan::Free, Shop::DEF);
}
