//! What a noun looks like in SQL: tables, columns, and the statements that create them.
//!
//! The model is plain data, so that a macro can build it, `dotdo.lock` can hold it, and two of them can be
//! compared (see [`migration`](crate::migration)). The SQL is limited to what every host has, including the
//! database inside a Cloudflare Durable Object: no custom functions, no `TEMP`, no `ATTACH`, no transaction
//! statements, at most [`MAX_COLUMNS`] columns.
//!
//! Three rules the statements rely on:
//!
//! * a row is written with `INSERT … ON CONFLICT("$id") DO UPDATE`, never with `INSERT OR REPLACE`, which
//!   deletes the old row without running the triggers that keep the search index right;
//! * rows are addressed by `_rowid_` inside the search index. `VACUUM` may renumber them, so whoever runs one
//!   runs [`Table::reindex`] afterwards;
//! * a deleted row stays, with `"$deleted"` set. Unique indexes and readers look at live rows only.

mod ddl;
mod fingerprint;
mod rules;

pub use ddl::{Index, SYSTEM_COLUMNS, quote, quote_text};
pub use rules::Problem;

#[cfg(feature = "runtime")]
use serde::{Deserialize, Serialize};

use crate::order::sort_by;
use crate::shape::Shape;

/// The most columns a table may have, the system's own included: Cloudflare's limit.
pub const MAX_COLUMNS: usize = 100;

/// What a column holds. It decides the SQL type and the checks that come with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "runtime",
    derive(Serialize, Deserialize),
    serde(rename_all = "lowercase")
)]
pub enum ColumnType {
    /// A 64-bit signed integer, `INTEGER`.
    Integer,
    /// A 64-bit float, `REAL`.
    Real,
    /// `0` or `1`, `INTEGER`.
    Boolean,
    /// UTF-8 text, `TEXT`.
    Text,
    /// Bytes, `BLOB`.
    Blob,
    /// A JSON text that `json_valid` accepts, `TEXT`.
    Json,
    /// A moment in microseconds since 1970-01-01T00:00:00Z, `INTEGER`.
    Timestamp,
    /// A calendar date as `2026-01-31`, `TEXT`.
    Date,
    /// A time of day as `09:30:00`, `TEXT`.
    Time,
    /// A decimal number in its canonical spelling, `TEXT`: a float would round it.
    Decimal,
    /// The short id of another thing, `TEXT`. There is no foreign key: the other thing may live in another object.
    Reference,
}

/// A constant in SQL: the default of a column.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "runtime",
    derive(Serialize, Deserialize),
    serde(rename_all = "lowercase")
)]
pub enum Literal {
    /// `NULL`
    Null,
    /// An integer; also a boolean (`0`, `1`) and a timestamp.
    Integer(i64),
    /// A float.
    Real(f64),
    /// A text; also a date, a time, a decimal, a reference and JSON.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// One end of a [`Range`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "runtime", derive(Serialize, Deserialize), serde(untagged))]
pub enum Bound {
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Real(f64),
}

/// The values a number may take, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "runtime",
    derive(Serialize, Deserialize),
    serde(deny_unknown_fields)
)]
pub struct Range {
    /// The smallest value; `None` for no limit.
    #[cfg_attr(
        feature = "runtime",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub min: Option<Bound>,
    /// The largest value; `None` for no limit.
    #[cfg_attr(
        feature = "runtime",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub max: Option<Bound>,
}

/// One column of a [`Table`]: one field of a noun.
///
/// ```
/// use dotdo_core::table::{Column, ColumnType, Literal};
///
/// let plan = Column {
///     index: true,
///     choices: vec!["Free".into(), "Pro".into()],
///     default: Some(Literal::Text("Free".into())),
///     ..Column::new("plan", ColumnType::Text)
/// };
/// assert_eq!(
///     plan.definition(),
///     r#""plan" TEXT NOT NULL DEFAULT 'Free' CHECK ("plan" IN ('Free', 'Pro'))"#,
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "runtime",
    derive(Serialize, Deserialize),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
// Each flag is one attribute of a field, and any combination is meaningful.
#[allow(clippy::struct_excessive_bools)]
pub struct Column {
    /// The column's name, which is the field's.
    pub name: String,
    /// What it holds.
    #[cfg_attr(feature = "runtime", serde(rename = "type"))]
    pub ty: ColumnType,
    /// Whether it may be `NULL` (`Option<T>`).
    #[cfg_attr(feature = "runtime", serde(default, skip_serializing_if = "is_false"))]
    pub nullable: bool,
    /// Whether no two live rows may share a value.
    #[cfg_attr(feature = "runtime", serde(default, skip_serializing_if = "is_false"))]
    pub unique: bool,
    /// Whether it has an index. A unique column has one already.
    #[cfg_attr(feature = "runtime", serde(default, skip_serializing_if = "is_false"))]
    pub index: bool,
    /// Whether full-text search looks at it.
    #[cfg_attr(feature = "runtime", serde(default, skip_serializing_if = "is_false"))]
    pub search: bool,
    /// Whether its value is kept from the outside. No effect on the SQL.
    #[cfg_attr(feature = "runtime", serde(default, skip_serializing_if = "is_false"))]
    pub secret: bool,
    /// The only texts allowed; empty for any. Their order has no meaning.
    #[cfg_attr(
        feature = "runtime",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub choices: Vec<String>,
    /// The only numbers allowed.
    #[cfg_attr(
        feature = "runtime",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub range: Option<Range>,
    /// A condition in SQL that each row meets, as the user wrote it.
    #[cfg_attr(
        feature = "runtime",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub check: Option<String>,
    /// The value of rows written without one.
    #[cfg_attr(
        feature = "runtime",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub default: Option<Literal>,
    /// The noun that a [`ColumnType::Reference`] points at.
    #[cfg_attr(
        feature = "runtime",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub references: Option<String>,
    /// The shape of what a [`ColumnType::Json`] holds; `None` for any JSON. No effect on the SQL.
    #[cfg_attr(
        feature = "runtime",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub shape: Option<Shape>,
    /// The column's earlier name.
    #[cfg_attr(
        feature = "runtime",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub was: Option<String>,
    /// Choices that are given up: rows that have one get the default, or nothing. Counts like `was`, while rows are
    /// brought forward.
    #[cfg_attr(
        feature = "runtime",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub dropped: Vec<String>,
    /// The field's doc comment.
    #[cfg_attr(
        feature = "runtime",
        serde(default, skip_serializing_if = "String::is_empty")
    )]
    pub doc: String,
}

impl Column {
    /// A column that is `NOT NULL` and nothing else. Combine it with struct update syntax.
    pub fn new(name: impl Into<String>, ty: ColumnType) -> Self {
        Self {
            name: name.into(),
            ty,
            nullable: false,
            unique: false,
            index: false,
            search: false,
            secret: false,
            choices: Vec::new(),
            range: None,
            check: None,
            default: None,
            references: None,
            shape: None,
            was: None,
            dropped: Vec::new(),
            doc: String::new(),
        }
    }

    /// The shape of its values, without saying whether there may be none.
    pub fn values(&self) -> Shape {
        match self.ty {
            ColumnType::Integer => Shape::Integer,
            ColumnType::Real => Shape::Real,
            ColumnType::Boolean => Shape::Boolean,
            ColumnType::Text if self.choices.is_empty() => Shape::Text,
            ColumnType::Text => Shape::Choice(self.choices.clone()),
            ColumnType::Blob => Shape::Bytes,
            ColumnType::Json => self.shape.clone().unwrap_or(Shape::Any),
            ColumnType::Timestamp => Shape::Timestamp,
            ColumnType::Date => Shape::Date,
            ColumnType::Time => Shape::Time,
            ColumnType::Decimal => Shape::Decimal,
            ColumnType::Reference => Shape::Reference(self.references.clone().unwrap_or_default()),
        }
    }

    /// A column of this shape and nothing else. An optional shape makes it nullable.
    pub fn of(name: impl Into<String>, shape: &Shape) -> Self {
        let (inner, nullable) = match shape {
            Shape::Optional(inner) => (&**inner, true),
            other => (other, false),
        };
        let ty = shape.column();
        Self {
            nullable,
            choices: match inner {
                Shape::Choice(names) => names.clone(),
                _ => Vec::new(),
            },
            references: match inner {
                Shape::Reference(noun) => Some(noun.clone()),
                _ => None,
            },
            shape: (ty == ColumnType::Json && *inner != Shape::Any).then(|| inner.clone()),
            ..Self::new(name, ty)
        }
    }
}

/// The table of one noun.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "runtime",
    derive(Serialize, Deserialize),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Table {
    /// The noun, `OrderLine`. It identifies the table when two schemas are compared.
    pub noun: String,
    /// The table's name, `order_lines`.
    pub name: String,
    /// The columns in the order of the fields. The order has no meaning.
    pub columns: Vec<Column>,
    /// Whether the store keeps earlier versions of a row. No effect on this table's SQL.
    #[cfg_attr(feature = "runtime", serde(default, skip_serializing_if = "is_false"))]
    pub history: bool,
    /// The noun's doc comment.
    #[cfg_attr(
        feature = "runtime",
        serde(default, skip_serializing_if = "String::is_empty")
    )]
    pub doc: String,
}

impl Table {
    /// The table of `noun`, named by [`names::table_name`](crate::names::table_name).
    pub fn new(noun: impl Into<String>, columns: Vec<Column>) -> Self {
        let noun = noun.into();
        Self {
            name: crate::names::table_name(&noun),
            noun,
            columns,
            history: false,
            doc: String::new(),
        }
    }

    /// The column called `name`. SQL does not tell `a` from `A`, and neither does this.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// The columns that full-text search looks at, sorted by name, which is their order in the search table too.
    pub fn searched(&self) -> Vec<&Column> {
        let mut columns: Vec<&Column> =
            self.columns.iter().filter(|column| column.search).collect();
        sort_by(&mut columns, |a, b| a.name.cmp(&b.name));
        columns
    }
}

/// All tables of an application, sorted by noun.
///
/// ```
/// use dotdo_core::table::{Column, ColumnType, Schema, Table};
///
/// let schema = Schema::new(vec![Table::new("Note", vec![Column::new("text", ColumnType::Text)])]);
/// assert_eq!(schema.create().len(), 1);
/// assert_eq!(schema.table("Note").map(|table| table.name.as_str()), Some("notes"));
/// assert_eq!(schema.fingerprint().len(), 32);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "runtime",
    derive(Serialize, Deserialize),
    serde(deny_unknown_fields)
)]
pub struct Schema {
    /// The tables, sorted by noun.
    pub tables: Vec<Table>,
}

impl Schema {
    /// A schema of these tables, sorted.
    pub fn new(mut tables: Vec<Table>) -> Self {
        sort_by(&mut tables, |a, b| a.noun.cmp(&b.noun));
        Self { tables }
    }

    /// The table of `noun`.
    pub fn table(&self, noun: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.noun == noun)
    }

    /// The statements that create everything in an empty database, table by table.
    pub fn create(&self) -> Vec<String> {
        self.tables.iter().flat_map(Table::create).collect()
    }
}

// The shape serde asks for.
#[cfg(feature = "runtime")]
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(flag: &bool) -> bool {
    !flag
}
