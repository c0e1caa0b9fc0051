//! What dotdo generates for serde reads, writes and refuses what serde's own derives do.

use dotdo::prelude::{Value, noun};
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::value::Error as Plain;
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde_json::json;

#[derive(Value)]
enum Plan {
    Free,
    Pro,
}

#[derive(Value)]
struct Address {
    street: String,
    #[default(7)]
    number: i64,
    plan: Plan,
    note: Option<String>,
    plans: Option<Vec<Plan>>,
}

#[derive(Value)]
struct Cents(i64);

#[noun]
struct Client {
    name: String,
    address: Address,
    r#type: Option<Cents>,
    #[default(Plan::Free)]
    plan: Plan,
}

/// The same, by serde.
mod derived {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    #[serde(expecting = "`Plan`", deny_unknown_fields)]
    pub enum Plan {
        Free,
        Pro,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(expecting = "`Address`", deny_unknown_fields)]
    pub struct Address {
        street: String,
        #[serde(default = "seven")]
        number: i64,
        plan: Plan,
        note: Option<String>,
        plans: Option<Vec<Plan>>,
    }

    fn seven() -> i64 {
        7
    }

    #[derive(Serialize, Deserialize)]
    pub struct Cents(i64);

    #[derive(Serialize, Deserialize)]
    #[serde(expecting = "`Client`")]
    pub struct Client {
        name: String,
        address: Address,
        r#type: Option<Cents>,
        #[serde(default = "free")]
        plan: Plan,
    }

    fn free() -> Plan {
        Plan::Free
    }
}

/// What becomes of a JSON text: it is read and written again, or refused.
fn through<T: DeserializeOwned + serde::Serialize>(json: &str) -> Result<String, String> {
    let value: T = serde_json::from_str(json).map_err(|e| e.to_string())?;
    serde_json::to_string(&value).map_err(|e| e.to_string())
}

#[track_caller]
fn same(json: &str) -> Result<String, String> {
    let ours = through::<Client>(json);
    assert_eq!(ours, through::<derived::Client>(json), "{json}");
    ours
}

const WHOLE: &str = r#"{"name":"Alice","address":{"street":"Elm","number":3,"plan":"Pro","note":"n","plans":["Free"]},"type":5,"plan":"Pro"}"#;

#[test]
fn what_is_whole_comes_back() {
    assert_eq!(same(WHOLE), Ok(WHOLE.to_owned()));
}

#[test]
fn what_may_be_absent_is_nothing_or_the_default() {
    let least = r#"{"name":"Alice","address":{"street":"Elm","plan":"Free"},"more":[1,{"x":2}]}"#;
    assert_eq!(
        same(least).unwrap(),
        r#"{"name":"Alice","address":{"street":"Elm","number":7,"plan":"Free","note":null,"plans":null},"type":null,"plan":"Free"}"#
    );
}

#[test]
fn mistakes_are_refused_in_the_same_words() {
    for wrong in [
        "",
        "3",
        "null",
        "{",
        "{}",
        "[]",
        r#"["Alice"]"#,
        r#"["Alice",["Elm",3,"Pro",null,null],5,"Pro",6]"#,
        r#"{"name":"a","name":"b"}"#,
        r#"{"name":1}"#,
        r#"{"name":"a","address":{"street":"Elm","plan":"Free","zip":1}}"#,
        r#"{"name":"a","address":{"street":"Elm","plan":"Fre"}}"#,
        r#"{"name":"a","address":{"street":"Elm","plan":3}}"#,
        r#"{"name":"a","address":{"street":"Elm","plan":{"Free":1}}}"#,
        r#"{"name":"a","address":{"street":"Elm","plan":"Free","number":null}}"#,
        r#"{"name":"a","address":7}"#,
        r#"{"name":"a","address":{"street":"Elm","plan":"Free"},"type":"x"}"#,
    ] {
        assert!(same(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn other_forms_of_the_same_are_read() {
    for other in [
        r#"["Alice",["Elm",3,"Pro",null,null],5,"Pro"]"#,
        r#"{"address":{"plan":{"Pro":null},"street":"Elm"},"name":"Alice"}"#,
    ] {
        same(other).unwrap();
    }
}

#[test]
fn a_number_for_a_name_is_read() {
    let plan = Plan::deserialize(IntoDeserializer::<Plain>::into_deserializer(1u32));
    assert_eq!(plan, Ok(Plan::Pro));
    let past = Plan::deserialize(IntoDeserializer::<Plain>::into_deserializer(2u32));
    assert!(past.is_err());
}

/// JSON that is nearly a client.
fn nearly() -> impl Strategy<Value = serde_json::Value> {
    let scalar = prop_oneof![
        Just(json!(null)),
        any::<i64>().prop_map(|n| json!(n)),
        "[A-Za-z]{0,4}".prop_map(|text| json!(text)),
        prop_oneof![Just("Free"), Just("Pro"), Just("free")].prop_map(|text| json!(text)),
    ];
    let names = prop_oneof![
        Just("street"),
        Just("number"),
        Just("plan"),
        Just("note"),
        Just("plans"),
        Just("name"),
        Just("type"),
        Just("other"),
    ];
    let address =
        prop::collection::btree_map(names.clone(), scalar.clone(), 0..7).prop_map(|map| json!(map));
    (
        prop::collection::btree_map(names, scalar, 0..7),
        prop::option::of(address),
    )
        .prop_map(|(mut map, address)| {
            map.extend(address.map(|address| ("address", address)));
            json!(map)
        })
}

proptest! {
    #[test]
    fn anything_is_read_and_refused_alike(json in nearly()) {
        drop(same(&json.to_string()));
    }
}
