//! A small business, written by hand, for the tests of the door's rooms.

use std::sync::OnceLock;

use crate::app::App;
use crate::business::{AppDef, Entry, Item};
use crate::json::Json;
use crate::noun::{ColumnDef, NounDef, VerbDef, VerbsDef};
use crate::value::{Member, Shape};

const PLAN: Shape = Shape::Choice(&["Free", "Pro", "Team"], &[]);

const fn noun(
    name: &'static str,
    table: &'static str,
    object: bool,
    columns: &'static [ColumnDef],
) -> NounDef {
    NounDef {
        name,
        plural: table,
        table,
        object,
        history: true,
        visibility: "user",
        kind: "Entity",
        doc: "",
        columns,
        dropped: &[],
        cells: |_| Ok(Vec::new()),
    }
}

pub(super) static CUSTOMER: NounDef = noun(
    "Customer",
    "customers",
    false,
    &[
        ColumnDef {
            unique: true,
            ..ColumnDef::new("email", Shape::Text, false)
        },
        ColumnDef {
            search: true,
            doc: "Who it is.",
            ..ColumnDef::new("name", Shape::Text, false)
        },
        ColumnDef::new("plan", PLAN, false),
        ColumnDef {
            secret: true,
            ..ColumnDef::new("pin", Shape::Text, false)
        },
        ColumnDef {
            range: Some((Some(0.0), Some(150.0))),
            ..ColumnDef::new("age", Shape::Optional(&Shape::Integer), true)
        },
        ColumnDef::new("credit", Shape::Decimal, false),
        ColumnDef::new("tags", Shape::List(&Shape::Text), false),
    ],
);

pub(super) static ORDER: NounDef = noun(
    "Order",
    "orders",
    true,
    &[
        ColumnDef::new("customer", Shape::Reference("Customer"), false),
        ColumnDef::new("paid", Shape::Boolean, false),
    ],
);

pub(super) static LINE: NounDef = noun(
    "Line",
    "lines",
    false,
    &[ColumnDef::new("quantity", Shape::Integer, false)],
);

const fn verb(name: &'static str, event: Option<&'static str>, args: &'static [Member]) -> VerbDef {
    VerbDef {
        name,
        event,
        query: event.is_none(),
        args,
        output: Shape::Text,
        doc: "",
        run: |_, _, _| Ok(Json::null()),
    }
}

static VERBS: VerbsDef = VerbsDef {
    noun: "Order",
    verbs: &[
        verb(
            "pay",
            Some("paid"),
            &[Member {
                name: "cents",
                shape: Shape::Integer,
                optional: false,
                doc: "How much.",
            }],
        ),
        verb(
            "buyer",
            None,
            &[Member {
                name: "since",
                shape: Shape::Date,
                optional: true,
                doc: "",
            }],
        ),
    ],
    flows: &[],
};

static SHOP: AppDef = AppDef {
    name: "Shop",
    version: "1.2.3",
    domain: Some("shop.example"),
    doc: "Sells.",
    dropped: &[],
    lock: None,
    at: ("", ""),
    entries: &[
        Entry {
            item: Item::Noun(&CUSTOMER),
            verbs: None,
        },
        Entry {
            item: Item::Noun(&ORDER),
            verbs: Some(&VERBS),
        },
        Entry {
            item: Item::Noun(&LINE),
            verbs: None,
        },
    ],
};

/// The business.
pub(super) fn app() -> &'static App {
    static APP: OnceLock<App> = OnceLock::new();
    APP.get_or_init(|| App::new(&SHOP).expect("the business is right"))
}
