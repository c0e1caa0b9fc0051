//! The lock file: what is written is read, and what is broken is named.

use dotdo_core::lock::{Function, Lock, Noun, State};
use dotdo_core::shape::{Member, Shape};
use dotdo_core::table::{Bound, Column, ColumnType, Literal, Range, Table};
use proptest::prelude::*;

const SHOP: &str = r#"business Shop
version 3

noun Customer (table customers)
  email: text, unique
  plan: Free | Pro, index, default "Free", dropped Trial
  mobile: text?, was phone

noun Order (object, table orders, history none)
  customer: ref Customer, index
  total: integer, range 0..=, check "total < 5"

flow Order::fulfil() -> nothing
step charge(cents: integer) -> Receipt { number: text }, version 2

before version 3

noun Customer (table customers)
  email: text, unique
  plan: Trial | Free | Pro, index, default "Free"
  phone: text?, was tel

no noun Order
step charge(cents: integer) -> text
no function Order::fulfil

before version 2

noun Customer (table customers)
  email: text, unique
  tel: text?

step "odd name"() -> nothing
"#;

#[test]
fn every_version_is_put_together_from_the_newest() {
    let lock: Lock = SHOP.parse().unwrap();
    assert_eq!(
        (lock.business.as_str(), lock.oldest(), lock.version()),
        ("Shop", 1, 3)
    );
    let columns = |version| {
        let noun = lock.at(version).unwrap().noun("Customer").unwrap();
        let names: Vec<_> = noun.table.columns.iter().map(|c| c.name.clone()).collect();
        names.join(" ")
    };
    assert_eq!(columns(3), "email plan mobile");
    assert_eq!(columns(2), "email plan phone");
    assert_eq!(columns(1), "email tel");
    assert!(lock.at(2).unwrap().noun("Order").is_none());
    assert_eq!(lock.at(3).unwrap().function("charge").unwrap().version, 2);
    assert_eq!(lock.at(1).unwrap().function("charge").unwrap().version, 1);
    assert!(lock.at(1).unwrap().function("odd name").is_some());
    assert!(lock.at(2).unwrap().function("odd name").is_none());
    assert_eq!(
        lock.names_of("Customer"),
        ["email", "mobile", "phone", "plan", "tel"]
    );
    assert_eq!(lock.at(4), None);
    assert_eq!(lock.at(0), None);
}

#[test]
fn what_is_written_says_the_same() {
    let lock: Lock = SHOP.parse().unwrap();
    let written = lock.to_string();
    let lines = |text: &str| {
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(&written), lines(SHOP));
    assert_eq!(written.parse::<Lock>().unwrap(), lock);
}

#[test]
fn only_what_is_stored_makes_a_version() {
    let state = |column: Column| {
        let table = Table::new("Customer", vec![column]);
        State::new(
            vec![Noun {
                object: false,
                table,
            }],
            vec![],
        )
    };
    let phone = Column::new("phone", ColumnType::Text);
    let mut lock = Lock::begin("Shop", state(phone.clone()));
    assert!(!lock.accept(state(Column {
        doc: "How to call.".into(),
        was: Some("tel".into()),
        ..phone.clone()
    })));
    assert_eq!(lock.version(), 1);
    assert!(lock.accept(state(Column {
        index: true,
        ..phone
    })));
    assert_eq!(lock.version(), 2);
}

#[test]
fn a_broken_file_says_where() {
    for (text, problem) in [
        (
            "",
            "line 1: the file begins with `business` and its name, then `version` and its number",
        ),
        (
            "noun A (table as)",
            "line 1: the file begins with `business` and its name",
        ),
        (
            "business Shop\nnoun A (table as)",
            "line 2: the second line is `version` and its number",
        ),
        (
            "business Shop\nversion x",
            "line 2: `x` is no number of a version",
        ),
        (
            "business Shop\nversion 1\n\nnuon A (table as)",
            "line 4: `nuon` is nothing that a lock has; it has `noun`, `step`, `flow`, `no` and `before`",
        ),
        (
            "business Shop\nversion 1\n  a: text",
            "line 3: a column stands below its noun",
        ),
        (
            "business Shop\nversion 1\nnoun A (table as)\n  a: txt",
            "line 4: `txt` is no shape; did you mean `text`?",
        ),
        (
            "business Shop\nversion 1\nnoun A (table as)\n  a: text, uniqe",
            "line 4: `uniqe` is nothing that a column has",
        ),
        (
            "business Shop\nversion 1\nnoun A (table as)\n  a: text\n  a: text",
            "line 5: the column `a` is here twice",
        ),
        (
            "business Shop\nversion 1\nstep a() -> text\nstep a() -> text",
            "line 4: `a` is here twice",
        ),
        (
            "business Shop\nversion 1\nbefore version 1",
            "line 3: earlier versions stand below each other, newest first",
        ),
        (
            "business Shop\nversion 2\n<<<<<<< HEAD",
            "line 3: two branches have changed this file; take the one of the branch that was first, build, and run `schema lock` again",
        ),
    ] {
        let mistake = text.parse::<Lock>().unwrap_err();
        assert_eq!(mistake.to_string(), problem, "{text}");
    }
}

fn literal(ty: ColumnType) -> BoxedStrategy<Option<Literal>> {
    match ty {
        ColumnType::Integer => any::<i64>().prop_map(|n| Some(Literal::Integer(n))).boxed(),
        ColumnType::Real => any::<f64>()
            .prop_filter("JSON has no others", |n| n.is_finite())
            .prop_map(|n| Some(Literal::Real(n)))
            .boxed(),
        ColumnType::Text => any::<String>().prop_map(|t| Some(Literal::Text(t))).boxed(),
        ColumnType::Blob => any::<Vec<u8>>()
            .prop_map(|b| Some(Literal::Blob(b)))
            .boxed(),
        _ => Just(None).boxed(),
    }
}

fn distinct(mut members: Vec<Member>) -> Vec<Member> {
    members.sort_by(|a, b| a.name.cmp(&b.name));
    members.dedup_by(|a, b| a.name == b.name);
    members
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Text),
        Just(Shape::Integer),
        Just(Shape::Any),
        Just(Shape::Decimal),
        Just(Shape::Nothing),
        "[A-Z][a-z]{0,5}".prop_map(Shape::Reference),
        prop::collection::vec("[A-Z][a-zäß]{0,5}", 1..4).prop_map(Shape::Choice),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let member = || {
            ("[a-z_][a-z0-9_]{0,5}", inner.clone(), any::<bool>()).prop_map(
                |(name, shape, optional)| Member {
                    name,
                    shape,
                    optional,
                },
            )
        };
        let variant = ("[A-Z][a-z]{0,5}", inner.clone()).prop_map(|(name, shape)| Member {
            name,
            shape,
            optional: false,
        });
        prop_oneof![
            inner.clone().prop_map(|s| Shape::Optional(Box::new(s))),
            inner.clone().prop_map(|s| Shape::List(Box::new(s))),
            inner.clone().prop_map(|s| Shape::Map(Box::new(s))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Shape::Tuple),
            ("[A-Z][a-z]{0,5}", prop::collection::vec(member(), 0..4))
                .prop_map(|(n, m)| Shape::Record(n, distinct(m))),
            ("[A-Z][a-z]{0,5}", prop::collection::vec(variant, 1..4))
                .prop_map(|(n, m)| Shape::OneOf(n, distinct(m))),
        ]
    })
}

fn column() -> impl Strategy<Value = Column> {
    let base = ("[a-z_][a-z0-9_]{0,9}", shape(), any::<[bool; 5]>());
    base.prop_flat_map(|(name, shape, flags)| {
        let plain = match shape {
            Shape::Optional(inner) => match *inner {
                Shape::Optional(_) => Shape::Text,
                other => Shape::Optional(Box::new(other)),
            },
            other => other,
        };
        let column = Column::of(name, &plain);
        let range = prop::option::of((
            prop::option::of(any::<i64>()),
            prop::option::of(-1.0e9..1.0e9f64),
        ));
        (
            Just(column.clone()),
            literal(column.ty),
            range,
            prop::option::of(any::<String>()),
            Just(flags),
        )
    })
    .prop_map(
        |(column, default, range, check, [unique, index, search, secret, was])| Column {
            unique,
            index,
            search,
            secret,
            default,
            range: range.map(|(min, max)| Range {
                min: min.map(Bound::Integer),
                max: max.map(Bound::Real),
            }),
            check,
            was: was.then(|| "old_name".into()),
            ..column
        },
    )
}

fn state() -> impl Strategy<Value = State> {
    let noun = (
        "[A-Z][a-z]{0,6}",
        prop::collection::vec(column(), 0..5),
        any::<[bool; 2]>(),
    )
        .prop_map(|(name, columns, [object, history])| {
            let mut table = Table::new(name, vec![]);
            for column in columns {
                if table.column(&column.name).is_none() {
                    table.columns.push(column);
                }
            }
            table.history = history;
            Noun { object, table }
        });
    let args = prop::collection::vec(
        ("[a-z]{1,6}", shape()).prop_map(|(name, shape)| Member {
            name,
            optional: matches!(shape, Shape::Optional(_)),
            shape,
        }),
        0..3,
    );
    let function = (
        "[a-z]{1,6}|[A-Z][a-z]{1,3}::[a-z]{1,3}|[ -~]{1,8}",
        any::<bool>(),
        1u32..9,
        args,
        shape(),
    )
        .prop_map(|(name, flow, version, args, output)| Function {
            flow,
            name,
            version,
            args,
            output,
        });
    (
        prop::collection::vec(noun, 0..4),
        prop::collection::vec(function, 0..4),
    )
        .prop_map(|(mut nouns, mut functions)| {
            nouns.sort_by(|a, b| a.table.noun.cmp(&b.table.noun));
            nouns.dedup_by(|a, b| a.table.noun == b.table.noun);
            functions.sort_by(|a, b| a.name.cmp(&b.name));
            functions.dedup_by(|a, b| a.name == b.name);
            State::new(nouns, functions)
        })
}

proptest! {
    #[test]
    fn any_history_is_read_back(states in prop::collection::vec(state(), 1..5)) {
        let mut states = states.into_iter();
        let mut lock = Lock::begin("Shop", states.next().unwrap());
        for state in states {
            lock.accept(state);
        }
        let text = lock.to_string();
        let read = text.parse::<Lock>().unwrap_or_else(|mistake| panic!("{mistake}\n{text}"));
        prop_assert_eq!(&read, &lock, "{}", text);
        prop_assert_eq!(read.to_string(), text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(business S\nversion [0-9]\n)?(noun A \\(table a\\)\n|  [a-z]{1,3}: [a-zA-Z|?<>{}(), \"]{0,12}\n|before version 2\n|step [a-z\"]{0,3}\\([a-z:, ]{0,8}\\) -> [a-z<{|]{0,9}\n){0,6}") {
        let _ = text.parse::<Lock>();
    }

    #[test]
    fn a_shape_takes_what_it_is_itself(shape in shape()) {
        prop_assert!(shape.accepts(&shape).is_ok());
        prop_assert!(Shape::Any.accepts(&shape).is_ok());
    }
}
