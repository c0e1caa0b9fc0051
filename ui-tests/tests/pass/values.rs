//! Every form of a value: its shape, its JSON, its column.
#![deny(warnings)]
use dotdo::prelude::*;
use dotdo::{Json, Shape};

#[derive(Value, Eq, Copy, Hash)]
pub enum Plan {
    Free,
    Pro,
}

/// What was paid.
#[derive(Value)]
pub struct Receipt {
    /// Its number.
    pub number: String,
    #[default(Plan::Pro)]
    pub plan: Plan,
    pub note: Option<Note>,
}

#[derive(Value)]
pub struct Note(String);

#[derive(Value)]
pub struct Pair(pub i64, pub Option<String>);

#[derive(Value)]
pub struct Nothing;

#[derive(Value)]
#[value(without(Clone, Debug, PartialEq))]
#[derive(Clone, Debug, PartialEq)]
pub struct ByHand {
    pub number: f64,
}

#[derive(Value)]
pub enum Answer {
    TimedOut,
    Given(Receipt),
    Both(i64, Plan),
    Asked {
        whom: String,
        #[default(3)]
        times: u32,
    },
}

fn there_and_back<T: Value>(value: T, json: &str) {
    assert_eq!(Json::of(&value).unwrap().text(), json);
    assert_eq!(Json::of(&value).unwrap().read::<T>().unwrap(), value);
    assert_eq!(T::from_cell(value.to_cell().unwrap()).unwrap(), value);
}

#[test]
fn works() {
    assert_eq!(Plan::SHAPE, Shape::Choice(&["Free", "Pro"], &[]));
    assert_eq!(Plan::Pro.to_cell().unwrap().as_text(), Some("Pro"));
    there_and_back(Plan::Free, "\"Free\"");

    let receipt = Receipt {
        number: "7".into(),
        plan: Plan::Pro,
        note: Some(Note("thanks".into())),
    };
    there_and_back(
        receipt.clone(),
        r#"{"number":"7","plan":"Pro","note":"thanks"}"#,
    );
    let Shape::Record("Receipt", members) = Receipt::SHAPE else {
        panic!("{:?}", Receipt::SHAPE)
    };
    let optional: Vec<_> = members
        .iter()
        .map(|member| (member.name, member.optional, member.doc))
        .collect();
    assert_eq!(
        optional,
        [
            ("number", false, "Its number."),
            ("plan", true, ""),
            ("note", true, "")
        ]
    );

    assert_eq!(Note::SHAPE, Shape::Text);
    assert_eq!(Note("hi".into()).to_cell().unwrap().as_text(), Some("hi"));
    there_and_back(Note("hi".into()), "\"hi\"");
    there_and_back(Pair(1, None), "[1,null]");
    there_and_back(Nothing, "null");
    there_and_back(ByHand { number: 0.5 }, r#"{"number":0.5}"#);

    there_and_back(Answer::TimedOut, "\"TimedOut\"");
    there_and_back(Answer::Both(1, Plan::Free), r#"{"Both":[1,"Free"]}"#);
    there_and_back(
        Answer::Given(receipt),
        r#"{"Given":{"number":"7","plan":"Pro","note":"thanks"}}"#,
    );
    there_and_back(
        Answer::Asked {
            whom: "Ann".into(),
            times: 3,
        },
        r#"{"Asked":{"whom":"Ann","times":3}}"#,
    );

    let short: Receipt = Json::parse(r#"{"number":"7"}"#.into())
        .unwrap()
        .read()
        .unwrap();
    assert_eq!((short.plan, short.note), (Plan::Pro, None));
    assert!(
        Json::parse(r#"{"number":"7","nmae":1}"#.into())
            .unwrap()
            .read::<Receipt>()
            .is_err()
    );
}
