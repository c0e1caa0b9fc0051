//! What compiles under a lock and what an object is brought forward by are two programs: one runs in constants, the other
//! when an object wakes. They agree on every pair of schemas.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

use dotdo::__private::{
    AppDef, Cell, ColumnDef, Entry, Item, Locked, LockedColumn, LockedNoun, Member, Migration,
    NounDef, Shape, migrate,
};
use dotdo::{Error, Json, OldRow, Result, Value};
use dotdo_core::migration::plan_through;
use dotdo_runtime::app::App;
use dotdo_runtime::locked::report;
use dotdo_runtime::migration::OldValue;
use proptest::prelude::*;

#[derive(Value)]
pub enum Plan {
    A,
    B,
}

#[derive(Value)]
pub struct Address {
    street: String,
    number: Option<i64>,
}

/// Shapes with steps of all kinds between them: wider, narrower, and others altogether.
const SHAPES: &[Shape] = &[
    Shape::Integer,
    Shape::Text,
    Shape::Choice(&["A", "B"], &[]),
    Shape::Choice(&["A"], &[]),
    Shape::Choice(&["B", "A", "C"], &[]),
    Shape::Reference("Guest"),
    Shape::Reference("Room"),
    Shape::List(&Shape::Integer),
    Shape::List(&Shape::Text),
    Shape::List(&Shape::Optional(&Shape::Integer)),
    Shape::Any,
    Address::SHAPE,
    Shape::Record(
        "Address",
        &[Member {
            name: "street",
            shape: Shape::Text,
            optional: false,
            doc: "",
        }],
    ),
    Shape::Record("Address", &[]),
    Shape::OneOf(
        "Contact",
        &[Member {
            name: "Mail",
            shape: Shape::Text,
            optional: false,
            doc: "",
        }],
    ),
    Shape::Timestamp,
    Shape::Real,
    Shape::Boolean,
];

macro_rules! function {
    ($from:ty) => {{
        fn call(old: OldValue) -> dotdo_runtime::migration::Made<$from> {
            fn make(_: $from) -> i64 {
                0
            }
            migrate::<i64, $from, i64>(old, make)
        }
        const CALL: &fn(OldValue) -> dotdo_runtime::migration::Made<$from> =
            &(call as fn(OldValue) -> dotdo_runtime::migration::Made<$from>);
        const { Migration::of::<$from>(CALL) }
    }};
}

fn functions(which: u8) -> Migration {
    match which % 9 {
        0 => function!(OldRow),
        1 => function!(i64),
        2 => function!(Option<i64>),
        3 => function!(String),
        4 => function!(Option<String>),
        5 => function!(Plan),
        6 => function!(Option<Plan>),
        7 => function!(Address),
        _ => function!(Vec<Option<i64>>),
    }
}

/// A column as numbers: which name, which shape, and what is said of it.
#[derive(Clone, Debug)]
struct Field {
    name: u8,
    shape: usize,
    nullable: bool,
    default: bool,
    unique: bool,
    verified: bool,
    was: Option<u8>,
    dropped: u8,
    migrate: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Noun {
    fields: Vec<Field>,
    dropped: u8,
}

/// A noun or two, and which of them are dropped.
#[derive(Clone, Debug)]
struct Program {
    guest: Option<Noun>,
    room: Option<Noun>,
    dropped: bool,
}

fn column_name(n: u8) -> &'static str {
    ["a", "b", "c", "d"][usize::from(n % 4)]
}

/// The names whose bits are set.
fn named(bits: u8, names: &[&'static str]) -> &'static [&'static str] {
    let set = names.iter().enumerate().filter(|(n, _)| bits >> n & 1 == 1);
    set.map(|(_, name)| *name).collect::<Vec<_>>().leak()
}

fn nothing() -> Result<Cell> {
    Ok(Cell::Text("A".to_owned()))
}

fn cells(_: &Json) -> Result<Vec<Cell>> {
    Err(Error::internal("nobody makes one"))
}

fn noun(name: &'static str, noun: &Noun, old: Option<&Noun>) -> &'static NounDef {
    let mut columns: Vec<ColumnDef> = Vec::new();
    for field in &noun.fields {
        let name = column_name(field.name);
        if columns.iter().any(|column| column.name == name) {
            continue;
        }
        let was = field.was.map(column_name);
        columns.push(ColumnDef {
            unique: field.unique,
            verified: field.verified,
            default: field.default.then_some(nothing as fn() -> Result<Cell>),
            // What no version ever had is refused by the lock alone, and means nothing to a plan.
            was: was.filter(|was| old.is_some_and(|old| has(old, was))),
            dropped: named(field.dropped, &["A", "B", "C"]),
            migrate: field
                .migrate
                .iter()
                .map(|&n| functions(n))
                .collect::<Vec<_>>()
                .leak(),
            ..ColumnDef::new(name, SHAPES[field.shape % SHAPES.len()], field.nullable)
        });
    }
    let dropped: Vec<&str> = named(noun.dropped, &["a", "b", "c", "d"])
        .iter()
        .copied()
        .filter(|name| old.is_some_and(|old| has(old, name)))
        .collect();
    Box::leak(Box::new(NounDef {
        name,
        plural: name,
        table: name,
        object: false,
        history: true,
        visibility: "user",
        kind: "Entity",
        doc: "",
        columns: columns.leak(),
        dropped: dropped.leak(),
        cells,
    }))
}

fn has(noun: &Noun, name: &str) -> bool {
    noun.fields
        .iter()
        .any(|field| column_name(field.name) == name)
}

fn app(program: &Program, old: Option<&Program>) -> &'static AppDef {
    let was = |of: fn(&Program) -> &Option<Noun>| old.and_then(|old| of(old).as_ref());
    let guest = program
        .guest
        .as_ref()
        .map(|n| noun("Guest", n, was(|p| &p.guest)));
    let room = program
        .room
        .as_ref()
        .map(|n| noun("Room", n, was(|p| &p.room)));
    let entries: Vec<Entry> = [guest, room]
        .into_iter()
        .flatten()
        .map(|noun| Entry {
            item: Item::Noun(noun),
            verbs: None,
        })
        .collect();
    let gone =
        |name: &'static str, is: bool, was: bool| (was && !is && program.dropped).then_some(name);
    let dropped: Vec<&str> = [
        gone("Guest", guest.is_some(), was(|p| &p.guest).is_some()),
        gone("Room", room.is_some(), was(|p| &p.room).is_some()),
    ]
    .into_iter()
    .flatten()
    .collect();
    Box::leak(Box::new(AppDef {
        name: "Hotel",
        version: "1.0.0",
        domain: None,
        doc: "",
        entries: entries.leak(),
        dropped: dropped.leak(),
        lock: None,
        at: ("", ""),
    }))
}

/// The lock as `app!` writes it down.
fn locked(app: &'static AppDef) -> Locked {
    let nouns: Vec<LockedNoun> = app
        .entries
        .iter()
        .filter_map(|entry| match entry.item {
            Item::Noun(noun) => Some(noun),
            _ => None,
        })
        .map(|noun| {
            let columns: Vec<LockedColumn> = noun
                .columns
                .iter()
                .map(|column| LockedColumn {
                    name: column.name,
                    shape: column.shape,
                    nullable: column.nullable,
                    unique: column.unique,
                    earlier: &[],
                })
                .collect();
            let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
            LockedNoun {
                name: noun.name,
                object: noun.object,
                columns: columns.leak(),
                names: names.leak(),
            }
        })
        .collect();
    let names: Vec<&str> = nouns.iter().map(|noun| noun.name).collect();
    Locked {
        version: 1,
        nouns: nouns.leak(),
        functions: &[],
        names: names.leak(),
    }
}

fn field() -> impl Strategy<Value = Field> {
    (
        0u8..4,
        0..SHAPES.len(),
        any::<[bool; 4]>(),
        prop::option::weighted(0.3, 0u8..4),
        0u8..8,
        prop::collection::vec(0u8..9, 0..3),
    )
        .prop_map(
            |(name, shape, [nullable, default, unique, verified], was, dropped, migrate)| Field {
                name,
                shape,
                nullable,
                default,
                unique: unique && verified,
                verified,
                was,
                dropped,
                migrate,
            },
        )
}

fn program() -> impl Strategy<Value = Program> {
    let noun = || {
        (prop::collection::vec(field(), 0..4), 0u8..16)
            .prop_map(|(fields, dropped)| Noun { fields, dropped })
    };
    (
        prop::option::weighted(0.9, noun()),
        prop::option::weighted(0.3, noun()),
        any::<bool>(),
    )
        .prop_map(|(guest, room, dropped)| Program {
            guest,
            room,
            dropped,
        })
}

/// A program that is nearly another one.
fn pair() -> impl Strategy<Value = (Program, Program)> {
    (
        program(),
        program(),
        prop::collection::vec(any::<bool>(), 4),
    )
        .prop_map(|(old, mut new, keep)| {
            if let (Some(was), Some(is)) = (&old.guest, &mut new.guest) {
                for ((was, is), keep) in was.fields.iter().zip(&mut is.fields).zip(keep) {
                    if keep {
                        let (nullable, shape) = (was.nullable, was.shape);
                        *is = Field {
                            name: was.name,
                            nullable,
                            shape,
                            ..is.clone()
                        };
                    }
                }
            }
            (old, new)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_compiles_is_what_can_be_carried_out((old, new) in pair()) {
        let (was, is) = (app(&old, None), app(&new, Some(&old)));
        let (before, after) = (App::new(was).unwrap(), App::new(is).unwrap());
        let (stated, _) = after.stated();
        let plan = plan_through(&[&before.schema_of(None)], &after.schema_of(None), &stated);
        let refusals: Vec<String> = plan.refusals().iter().map(ToString::to_string).collect();
        let said = report(is, &locked(was));
        if said.is_empty() {
            prop_assert!(refusals.is_empty(), "it compiles\n{}", plan);
        }
        // Of a program without a lock, a choice may be made of a text: that is tried, and fails on a row that has another.
        let tried = plan.to_string().contains("only these values are allowed now");
        if refusals.is_empty() && !tried {
            prop_assert!(said.is_empty(), "{}\n\n{}", said, plan);
        }
    }
}
