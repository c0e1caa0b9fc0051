//! Typed questions about things: `Customer::find(|c| c.plan.eq(Plan::Pro)).order_by(|c| c.name.asc()).limit(10)`.

use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::effect::{Deed, Effect};
use crate::id::{Id, Ref};
use crate::noun::{ColumnDef, Noun};
use crate::value::{Cell, Embedding, Member, Shape, Value};

/// A condition on the columns of a noun. Conditions combine with `&`, `|` and `!`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filter(pub(crate) Expr);

#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Expr {
    All,
    Compare {
        column: String,
        op: Compare,
        value: Cell,
    },
    In {
        column: String,
        values: Vec<Cell>,
    },
    Null {
        column: String,
    },
    Contains {
        column: String,
        text: String,
        prefix: bool,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    /// Nothing matches, because a value could not be written: the reason.
    Bad(String),
}

#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Filter {
    /// Everything.
    pub fn all() -> Self {
        Self(Expr::All)
    }
    /// A filter made by a door, from checked parts.
    pub(crate) fn from_expr(expr: Expr) -> Self {
        Self(expr)
    }
    pub(crate) fn equals(column: &str, value: Cell) -> Self {
        Self(Expr::Compare {
            column: column.into(),
            op: Compare::Eq,
            value,
        })
    }
}

impl std::ops::BitAnd for Filter {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(Expr::And(vec![self.0, other.0]))
    }
}
impl std::ops::BitOr for Filter {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(Expr::Or(vec![self.0, other.0]))
    }
}
impl std::ops::Not for Filter {
    type Output = Self;
    fn not(self) -> Self {
        Self(Expr::Not(Box::new(self.0)))
    }
}

/// One column of a noun, in a filter: its comparisons take values of the field's type.
#[derive(Debug)]
pub struct Column<T> {
    name: &'static str,
    ty: PhantomData<fn() -> T>,
}

impl<T> Clone for Column<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Column<T> {}

/// A column and a direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub(crate) column: String,
    pub(crate) descending: bool,
}

impl<T> Column<T> {
    #[doc(hidden)]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            ty: PhantomData,
        }
    }
    /// It has no value.
    pub fn is_null(&self) -> Filter {
        Filter(Expr::Null {
            column: self.name.into(),
        })
    }
    /// Smallest first.
    pub fn asc(&self) -> Order {
        Order {
            column: self.name.into(),
            descending: false,
        }
    }
    /// Greatest first.
    pub fn desc(&self) -> Order {
        Order {
            column: self.name.into(),
            descending: true,
        }
    }
}

/// What a column of `T` can be compared with: whatever converts into a `T`.
#[diagnostic::on_unimplemented(
    message = "a column of `{T}` cannot be compared with `{Self}`",
    label = "give a `{T}` here"
)]
pub trait Comparable<T> {
    #[doc(hidden)]
    fn into_column(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T, V: Into<T>> Comparable<T> for V {
    fn into_column(self) -> T {
        self.into()
    }
}

impl<T: Value> Column<T> {
    fn compare(self, op: Compare, value: impl Comparable<T>) -> Filter {
        Filter(match value.into_column().to_cell() {
            Ok(Cell::Null) if op == Compare::Eq => Expr::Null {
                column: self.name.into(),
            },
            Ok(Cell::Null) if op == Compare::Ne => Expr::Not(Box::new(Expr::Null {
                column: self.name.into(),
            })),
            Ok(value) => Expr::Compare {
                column: self.name.into(),
                op,
                value,
            },
            Err(e) => Expr::Bad(e.message().into()),
        })
    }
    /// Equal. `None` means that there is no value.
    pub fn eq(&self, value: impl Comparable<T>) -> Filter {
        self.compare(Compare::Eq, value)
    }
    /// Not equal.
    pub fn ne(&self, value: impl Comparable<T>) -> Filter {
        self.compare(Compare::Ne, value)
    }
    /// Less.
    pub fn lt(&self, value: impl Comparable<T>) -> Filter {
        self.compare(Compare::Lt, value)
    }
    /// Less or equal.
    pub fn le(&self, value: impl Comparable<T>) -> Filter {
        self.compare(Compare::Le, value)
    }
    /// Greater.
    pub fn gt(&self, value: impl Comparable<T>) -> Filter {
        self.compare(Compare::Gt, value)
    }
    /// Greater or equal.
    pub fn ge(&self, value: impl Comparable<T>) -> Filter {
        self.compare(Compare::Ge, value)
    }
    /// One of these.
    pub fn is_in(&self, values: impl IntoIterator<Item = impl Comparable<T>>) -> Filter {
        let cells: crate::Result<Vec<_>> = values
            .into_iter()
            .map(|v| v.into_column().to_cell())
            .collect();
        Filter(match cells {
            Ok(values) => Expr::In {
                column: self.name.into(),
                values,
            },
            Err(e) => Expr::Bad(e.message().into()),
        })
    }
    /// From `low` to `high`, both included.
    pub fn between(&self, low: impl Comparable<T>, high: impl Comparable<T>) -> Filter {
        self.ge(low) & self.le(high)
    }
}

/// A column of texts.
pub trait TextColumn {
    #[doc(hidden)]
    fn column(&self) -> &'static str;
    /// The text stands somewhere in it, upper and lower case of ASCII letters taken as equal.
    fn contains(&self, text: impl Into<String>) -> Filter {
        Filter(Expr::Contains {
            column: self.column().into(),
            text: text.into(),
            prefix: false,
        })
    }
    /// It begins with the text, upper and lower case of ASCII letters taken as equal.
    fn starts_with(&self, text: impl Into<String>) -> Filter {
        Filter(Expr::Contains {
            column: self.column().into(),
            text: text.into(),
            prefix: true,
        })
    }
}
impl TextColumn for Column<String> {
    fn column(&self) -> &'static str {
        self.name
    }
}
impl TextColumn for Column<Option<String>> {
    fn column(&self) -> &'static str {
        self.name
    }
}

/// A question as data: it travels to the object that answers it.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindSpec {
    pub noun: String,
    #[serde(rename = "where")]
    pub filter: Filter,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<Order>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<(String, Vec<f32>)>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub deleted: bool,
    /// In which form the answer is wanted.
    #[serde(default)]
    pub answer: Form,
    /// Ask the object that asks, not the tenant's.
    #[serde(default, skip_serializing_if = "is_false")]
    pub here: bool,
}

/// The form of an answer: a page with its cursor, only the things, or only the first.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Form {
    #[default]
    Page,
    Items,
    First,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_false(b: &bool) -> bool {
    !b
}

impl FindSpec {
    /// All things of a noun, a page at a time.
    pub fn all(noun: &str) -> Self {
        Self {
            noun: noun.into(),
            filter: Filter::all(),
            order: Vec::new(),
            limit: None,
            after: None,
            search: None,
            near: None,
            deleted: false,
            answer: Form::Page,
            here: false,
        }
    }
}

/// A typed question. Run it with a context; it gives the rows that match.
#[must_use = "a question does nothing until a context runs it: `cx.run(..)`"]
#[derive(Debug)]
pub struct Find<N> {
    spec: FindSpec,
    noun: PhantomData<fn() -> N>,
}

impl<N> Clone for Find<N> {
    fn clone(&self) -> Self {
        Self {
            spec: self.spec.clone(),
            noun: PhantomData,
        }
    }
}

/// One thing that was found: the row and what the system knows of it. It reads like the row itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Found<N> {
    /// Its id.
    pub id: Id<N>,
    /// Its version, counted from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// The row.
    pub data: N,
}

impl<'de, N: Noun> Deserialize<'de> for Found<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", bound(deserialize = "N: Noun"))]
        struct Plain<N> {
            id: Id<N>,
            version: u64,
            created_at: DateTime<Utc>,
            updated_at: DateTime<Utc>,
            data: N,
        }
        let Plain {
            id,
            version,
            created_at,
            updated_at,
            mut data,
        } = Plain::<N>::deserialize(deserializer)?;
        if N::HAS_MANY {
            let cells = data.to_cells().map_err(serde::de::Error::custom)?;
            data = N::from_cells(id.as_str(), &mut cells.into_iter())
                .map_err(serde::de::Error::custom)?;
        }
        Ok(Self {
            id,
            version,
            created_at,
            updated_at,
            data,
        })
    }
}

impl<N> std::ops::Deref for Found<N> {
    type Target = N;
    fn deref(&self) -> &N {
        &self.data
    }
}

#[diagnostic::do_not_recommend]
impl<N: Noun> Value for Found<N> {
    const SHAPE: Shape = Shape::Record(
        "Found",
        &[
            Member {
                name: "id",
                shape: Shape::Reference(N::NAME),
                optional: false,
                doc: "",
            },
            Member {
                name: "version",
                shape: Shape::Integer,
                optional: false,
                doc: "",
            },
            Member {
                name: "createdAt",
                shape: Shape::Timestamp,
                optional: false,
                doc: "",
            },
            Member {
                name: "updatedAt",
                shape: Shape::Timestamp,
                optional: false,
                doc: "",
            },
            Member {
                name: "data",
                shape: N::SHAPE,
                optional: false,
                doc: "",
            },
        ],
    );
    type Next = ();
}

impl<N: Noun> Find<N> {
    pub(crate) fn new(filter: Filter) -> Self {
        Self {
            spec: FindSpec {
                filter,
                ..FindSpec::all(N::DEF.name)
            },
            noun: PhantomData,
        }
    }

    /// Those for which this holds as well.
    pub fn filter(mut self, filter: impl FnOnce(&N::Columns) -> Filter) -> Self {
        self.spec.filter = self.spec.filter & filter(&N::COLUMNS);
        self
    }

    /// In this order; the first call counts most. Without one, by id, which for ids made by
    /// dotdo is oldest first.
    pub fn order_by(mut self, order: impl FnOnce(&N::Columns) -> Order) -> Self {
        self.spec.order.push(order(&N::COLUMNS));
        self
    }

    /// At most so many. Without a limit, 100.
    pub fn limit(mut self, rows: u32) -> Self {
        self.spec.limit = Some(rows);
        self
    }

    /// Those after the one with this id, in the order asked for.
    pub fn after(mut self, id: &Id<N>) -> Self {
        self.spec.after = Some(id.as_str().to_owned());
        self
    }

    /// Those whose `#[search]` fields hold all these words.
    pub fn search(mut self, words: impl Into<String>) -> Self {
        self.spec.search = Some(words.into());
        self
    }

    /// Those that refer to a thing, by whichever of their fields.
    pub fn related<M: Noun>(mut self, to: &Ref<M>) -> Self {
        let column = |c: &ColumnDef| (c.shape.references() == Some(M::NAME)).then_some(c.name);
        let fields: Vec<_> = N::DEF.columns.iter().filter_map(column).collect();
        let related = if fields.is_empty() {
            Expr::Bad(format!(
                "`{}` has no field that refers to `{}`",
                N::NAME,
                M::NAME
            ))
        } else {
            let id = to.id().as_str();
            Expr::Or(
                fields
                    .into_iter()
                    .map(|field| Filter::equals(field, Cell::from(id)).0)
                    .collect(),
            )
        };
        self.spec.filter = self.spec.filter & Filter(related);
        self
    }

    /// Those whose embedding is most similar, the most similar first.
    pub fn near(
        mut self,
        column: impl FnOnce(&N::Columns) -> Column<Embedding>,
        point: &Embedding,
    ) -> Self {
        self.spec.near = Some((
            column(&N::COLUMNS).name.to_owned(),
            point.numbers().to_vec(),
        ));
        self
    }

    /// The rows of the object that asks, rather than of the tenant's object.
    pub fn here(mut self) -> Self {
        self.spec.here = true;
        self
    }

    /// Only how many there are.
    pub fn count(self) -> Count {
        Count { spec: self.spec }
    }

    /// Only the first, if there is one.
    pub fn first(mut self) -> First<N> {
        self.spec.limit = Some(1);
        First(self)
    }
}

/// The number of rows that match.
#[must_use = "a question does nothing until a context runs it: `cx.run(..)`"]
#[derive(Clone, Debug)]
pub struct Count {
    spec: FindSpec,
}

/// The first row that matches.
#[must_use = "a question does nothing until a context runs it: `cx.run(..)`"]
#[derive(Clone, Debug)]
pub struct First<N>(Find<N>);

#[diagnostic::do_not_recommend]
impl<N: Noun> Effect for Find<N> {
    type Output = Vec<Found<N>>;
    fn into_deed(self) -> Deed {
        Deed::Find(FindSpec {
            answer: Form::Items,
            ..self.spec
        })
    }
}
#[diagnostic::do_not_recommend]
impl Effect for Count {
    type Output = u64;
    fn into_deed(self) -> Deed {
        Deed::Count(self.spec)
    }
}
#[diagnostic::do_not_recommend]
impl<N: Noun> Effect for First<N> {
    type Output = Option<Found<N>>;
    fn into_deed(self) -> Deed {
        Deed::Find(FindSpec {
            answer: Form::First,
            ..self.0.spec
        })
    }
}
