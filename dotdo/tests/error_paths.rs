//! Where a mistake in a JSON text is said to be: wherever a reader that keeps the path as it goes says it is.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Utc};
use dotdo::prelude::*;
use dotdo::{Json, Value};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Tree, json};

#[derive(Value)]
enum Plan {
    Free,
    Pro,
}

#[derive(Value)]
enum Payment {
    Cash,
    Card(String),
    Split { parts: Vec<i64>, by: Plan },
}

#[derive(Value)]
struct Line {
    price: i64,
    item: Ref<Item>,
    note: Option<String>,
    even: Even,
}

#[noun]
struct Item {
    #[range(0..=10)]
    size: u8,
    colour: Option<Plan>,
    near: Option<Embedding>,
}

#[noun]
struct Order {
    lines: Vec<Line>,
    prices: BTreeMap<String, Vec<f64>>,
    payment: Payment,
    first: Option<Box<Line>>,
    pair: (i64, String),
    day: NaiveDate,
    at: chrono::DateTime<Utc>,
    any: Json,
    tree: Tree,
    even: Even,
}

/// A type of somebody else, which reads a number first and looks at it afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "i64")]
struct Even(i64);

impl TryFrom<i64> for Even {
    type Error = String;
    fn try_from(number: i64) -> Result<Self, String> {
        if number % 2 == 0 {
            Ok(Self(number))
        } else {
            Err(format!("{number} is odd"))
        }
    }
}

impl Value for Even {
    const SHAPE: dotdo::Shape = dotdo::Shape::Integer;
    type Next = ();
}

/// The path and the message of `serde_path_to_error`.
fn reference(text: &str) -> Option<(String, String)> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let error = serde_path_to_error::deserialize::<_, Order>(&mut reader).err()?;
    let mut path = error.path().to_string();
    if path == "." {
        path.clear();
    }
    let mut message = error.inner().to_string();
    message.truncate(message.rfind(" at line ").unwrap_or(message.len()));
    if let Some(field) = message.strip_prefix("missing field `") {
        let field = field.trim_end_matches('`');
        path = if path.is_empty() {
            field.to_owned()
        } else {
            format!("{path}.{field}")
        };
        "is missing".clone_into(&mut message);
    }
    Some((path, message))
}

fn ours(text: &str) -> Option<(String, String)> {
    let error = Json::parse(text.to_owned())
        .unwrap()
        .read::<Order>()
        .err()?;
    let [field] = error.fields() else {
        panic!("one mistake is about one field: {error:?}")
    };
    Some((field.field.clone(), field.message.clone()))
}

fn whole() -> Tree {
    let line = json!({"price": 3, "item": "Item/abc", "note": null, "even": 2});
    json!({
        "lines": [line, {"even": 4, "item": "abc", "price": -1}],
        "prices": {"a \"b\"": [1.5, 2], "ü": [], "x": [3]},
        "payment": {"Split": {"parts": [1, 2], "by": "Pro"}},
        "first": line,
        "pair": [1, "x"],
        "day": "2026-11-26",
        "at": "2026-11-26T12:00:00Z",
        "any": {"x": [1, {}]},
        "tree": [],
        "even": 6,
    })
}

#[track_caller]
fn same(text: &str) -> Option<(String, String)> {
    let ours = ours(text);
    assert_eq!(ours, reference(text), "{text}");
    ours
}

#[test]
fn what_is_whole_fits() {
    assert_eq!(same(&whole().to_string()), None);
}

#[test]
fn the_place_is_that_of_the_mistake() {
    let with = |change: fn(&mut Tree)| {
        let mut tree = whole();
        change(&mut tree);
        let text = serde_json::to_string_pretty(&tree).unwrap();
        assert_eq!(same(&text), same(&tree.to_string()));
        same(&text).unwrap().0
    };
    assert_eq!(
        with(|order| order["lines"][1]["price"] = json!("3")),
        "lines[1].price"
    );
    assert_eq!(
        with(|order| order["lines"][1]["price"] = json!({})),
        "lines[1].price"
    );
    assert_eq!(
        with(|order| order["lines"][1]["even"] = json!(7)),
        "lines[1].even"
    );
    assert_eq!(
        with(|order| order["lines"][0]["prise"] = json!(1)),
        "lines[0].prise"
    );
    assert_eq!(with(|order| order["lines"] = json!([3])), "lines[0]");
    assert_eq!(
        with(|order| order["lines"][0] = json!({"price": 1, "even": 2})),
        "lines[0].item"
    );
    assert_eq!(
        with(|order| order["lines"][0]["item"] = json!("Plan/x")),
        "lines[0].item"
    );
    assert_eq!(with(|order| order["prices"]["ü"] = json!(true)), "prices.ü");
    assert_eq!(
        with(|order| order["prices"]["a \"b\""][1] = json!([])),
        "prices.a \"b\"[1]"
    );
    assert_eq!(
        with(|order| order["payment"] = json!("Card")),
        "payment.Card"
    );
    assert_eq!(with(|order| order["payment"] = json!("Bar")), "payment");
    assert_eq!(
        with(|order| order["payment"] = json!({"Bar": 1})),
        "payment"
    );
    assert_eq!(
        with(|order| order["payment"]["Split"]["by"] = json!("pro")),
        "payment.Split.by"
    );
    assert_eq!(with(|order| order["pair"] = json!([1, "x", 3])), "pair");
    assert_eq!(with(|order| order["pair"] = json!([1])), "pair");
    assert_eq!(with(|order| order["day"] = json!("tomorrow")), "day");
    assert_eq!(with(|order| order["even"] = json!(1)), "even");
    assert_eq!(with(|order| *order = json!([])), "");
    assert_eq!(with(|order| *order = json!(3)), "");
}

#[test]
fn a_field_that_is_there_twice_is_a_mistake_of_the_whole() {
    let (path, message) = same(r#"{"even": 2, "lines": [], "even" : 4}"#).unwrap();
    assert_eq!(
        (path.as_str(), message.as_str()),
        ("", "duplicate field `even`")
    );
    let (path, _) = same(r#"{"lines":[{"price":1,"price":2}]}"#).unwrap();
    assert_eq!(path, "lines[0]");
}

#[test]
fn an_embedding_is_wrong_as_a_whole() {
    let text = r#"{"size": 3, "near": [1, 2]}"#;
    let error = Json::parse(text.to_owned())
        .unwrap()
        .read::<Item>()
        .unwrap_err();
    assert_eq!(
        error.message(),
        "`near`: an embedding has 128 numbers, this has 2"
    );
    let text = r#"{"size": 3, "near": [1, "x"]}"#;
    let error = Json::parse(text.to_owned())
        .unwrap()
        .read::<Item>()
        .unwrap_err();
    assert_eq!(error.fields()[0].field, "near[1]");
}

#[test]
fn numbers_that_are_too_large_have_a_place() {
    let text = r#"{"size": 3000, "colour": null}"#;
    let error = Json::parse(text.to_owned())
        .unwrap()
        .read::<Item>()
        .unwrap_err();
    assert_eq!(error.fields()[0].field, "size");
    let text = whole().to_string().replace("1.5", "1e999");
    assert_eq!(same(&text).unwrap().0, "prices.a \"b\"[0]");
}

/// Something that will mostly not fit.
fn anything() -> impl Strategy<Value = Tree> {
    let scalar = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|yes| json!(yes)),
        (-3..4_i64).prop_map(|n| json!(n)),
        any::<i64>().prop_map(|n| json!(n)),
        any::<f64>().prop_map(|n| json!(n)),
        prop_oneof![
            Just("Cash"),
            Just("Card"),
            Just("Split"),
            Just("Free"),
            Just("é\"\\"),
            Just(""),
        ]
        .prop_map(|text| json!(text)),
    ];
    scalar.prop_recursive(2, 8, 3, |inner| {
        let name = prop_oneof![
            Just("price"),
            Just("Card"),
            Just("Free"),
            Just("even"),
            Just("by"),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|list| json!(list)),
            prop::collection::btree_map(name, inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

/// The places of a tree, as JSON pointers.
fn places(tree: &Tree, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match tree {
        Tree::Object(map) => {
            for (name, inner) in map {
                places(inner, &format!("{at}/{name}"), into);
            }
        }
        Tree::Array(list) => {
            for (n, inner) in list.iter().enumerate() {
                places(inner, &format!("{at}/{n}"), into);
            }
        }
        _ => {}
    }
}

fn change(tree: &mut Tree, place: prop::sample::Index, to: Tree, how: u8) {
    let mut all = Vec::new();
    places(tree, "", &mut all);
    let Some(found) = tree.pointer_mut(place.get(&all[..]).as_str()) else {
        return;
    };
    match (how, &mut *found) {
        (0, Tree::Object(map)) => drop(map.insert("other".to_owned(), to)),
        (1, Tree::Object(map)) => {
            let first = map.keys().next().cloned();
            first.and_then(|name| map.remove(&name));
        }
        (0, Tree::Array(list)) => list.push(to),
        (1, Tree::Array(list)) => drop(list.pop()),
        _ => *found = to,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_mistake_has_its_place(
        changes in prop::collection::vec((any::<prop::sample::Index>(), anything(), 0..4_u8), 1..3),
        pretty in any::<bool>(),
    ) {
        let mut tree = whole();
        for (place, to, how) in changes {
            change(&mut tree, place, to, how);
        }
        let text = if pretty { serde_json::to_string_pretty(&tree) } else { serde_json::to_string(&tree) };
        same(&text.unwrap());
    }

    #[test]
    fn no_text_is_too_strange(text in "[\\[\\]{}\",:a1\\\\ \n]{0,20}") {
        drop(dotdo_runtime::json::read::<Order>(&text));
    }
}
