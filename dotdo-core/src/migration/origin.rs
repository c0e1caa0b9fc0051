//! Where each value of a new table comes from, through every version in between.
//!
//! A database may be several versions behind. It is brought forward in one leap: for each column of the new schema, the
//! versions are walked one by one, and what each of them did to the column (renamed it, filled it, made it required)
//! is put together in one expression over the oldest table. What SQL cannot say, the user's own functions do; these
//! exist for the newest type only, so a column that needs one is taken from the old value directly.

use crate::order::sort_by;
use crate::shape::Shape;
use crate::table::{Column, ColumnType, Schema, Table, quote, quote_text};

use super::Stated;

/// Where a column's values come from.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// An expression over the old table.
    Value {
        sql: String,
        /// The column as the last version that was walked through has it.
        column: Box<Column>,
        /// The column of the old table, if it is one.
        source: Option<String>,
    },
    /// A function of the user's makes them; where there is none, another way may do.
    Ask {
        ask: Ask,
        /// The column as the last version that was walked through has it.
        column: Box<Column>,
        /// What a row gets for which the function makes nothing, as SQL; `None` if nothing it stays.
        nothing: Option<String>,
        otherwise: Option<Box<Origin>>,
        /// Whether the ask is the newest program's, not that of a version in between.
        last: bool,
    },
}

/// What a function of the user's gets.
#[derive(Clone, Debug)]
pub(super) enum Ask {
    /// The old value.
    Value {
        sql: String,
        from: Box<Column>,
        source: Option<String>,
    },
    /// The row as the version before the column had it.
    Row(Vec<Value>),
}

impl Origin {
    /// The value as far as SQL can tell it.
    fn value(&self) -> Option<Value> {
        match self {
            Self::Value { sql, column, .. } => Some(Value {
                sql: sql.clone(),
                column: (**column).clone(),
            }),
            Self::Ask { otherwise, .. } => otherwise.as_deref()?.value(),
        }
    }
}

/// How the values of a column of the new table come about.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// They get the column's default.
    Default,
    /// By an expression over the old table.
    Sql(String),
    /// By a function of the user's.
    Function {
        /// Which one of those stated.
        function: usize,
        /// What it gets.
        input: Input,
        /// What a row gets for which the function makes nothing, as SQL; `None` if nothing it stays.
        nothing: Option<String>,
    },
    /// Nobody said how.
    Unknown {
        /// Whether it was the newest program that did not say; otherwise one in between needs a function that is gone.
        last: bool,
        /// The column as it was, if it was there.
        from: Option<Box<Column>>,
    },
}

/// What a function of the user's gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The old value.
    Value(Box<Value>),
    /// The old row.
    Row(Vec<Value>),
}

/// An old value: an expression over the old table, and the column that it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The expression.
    pub sql: String,
    /// The column as it was.
    pub column: Column,
}

/// A column of the new table, the column of the old table that it was, and how its values come about.
#[derive(Clone, Debug)]
pub(super) struct Pair<'a> {
    pub new: &'a Column,
    pub old: Option<&'a Column>,
    pub how: How,
}

impl Pair<'_> {
    pub fn is_renamed(&self) -> bool {
        self.old.is_some_and(|old| old.name != self.new.name)
    }

    /// Whether the column is another to SQL than the old one under the new name.
    pub fn is_redefined(&self) -> bool {
        self.old.is_some_and(|old| {
            canonical(old, &self.new.name) != canonical(self.new, &self.new.name)
        })
    }
}

/// The column's definition under a name, with its choices in an order of their own.
fn canonical(column: &Column, name: &str) -> String {
    let mut column = Column {
        name: name.into(),
        ..column.clone()
    };
    sort_by(&mut column.choices, String::cmp);
    column.definition()
}

/// A noun on its way through the versions.
pub(super) struct Walk<'a> {
    /// Its table in the oldest version.
    pub source: &'a Table,
    /// Its name in the version reached.
    noun: String,
    columns: Vec<(String, Origin)>,
    /// The columns of the old table that the version before the last still has, and their names there.
    lasting: Vec<(String, String)>,
}

impl<'a> Walk<'a> {
    pub fn start(table: &'a Table) -> Self {
        let origin = |column: &Column| {
            let name = &column.name;
            (
                name.clone(),
                Origin::Value {
                    sql: quote(name),
                    column: Box::new(column.clone()),
                    source: Some(name.clone()),
                },
            )
        };
        Self {
            source: table,
            noun: table.noun.clone(),
            columns: table.columns.iter().map(origin).collect(),
            lasting: Vec::new(),
        }
    }

    /// Goes from one version to the next; `None` if the noun is gone there.
    pub fn step(mut self, old: &Schema, new: &Schema, last: bool) -> Option<Self> {
        let (before, after) = (old.table(&self.noun)?, new.table(&self.noun)?);
        let row = || {
            let known = self.columns.iter().filter_map(|(_, origin)| origin.value());
            known.collect::<Vec<_>>()
        };
        let columns = matched(before, after)
            .into_iter()
            .map(|(new, old)| {
                let known = old.and_then(|old| {
                    let (_, origin) = self.columns.iter().find(|(name, _)| *name == old.name)?;
                    Some(origin.clone())
                });
                let origin = match known {
                    Some(origin) => follow(origin, new, last),
                    None => added(new, row(), last),
                };
                (new.name.clone(), origin)
            })
            .collect();
        if last {
            let lasting = |(name, origin): &(String, Origin)| {
                source(origin).map(|source| (source.to_owned(), name.clone()))
            };
            self.lasting = self.columns.iter().filter_map(lasting).collect();
        }
        self.columns = columns;
        Some(self)
    }

    /// The columns that nothing but a function of the program can fill, with what they were.
    pub fn unsettled(&self) -> Vec<(String, Option<Column>)> {
        let settle = |(name, origin): &(String, Origin)| {
            let mut origin = origin;
            loop {
                match origin {
                    Origin::Value { .. } => return None,
                    Origin::Ask {
                        otherwise: Some(other),
                        ..
                    } => origin = other,
                    Origin::Ask { ask, .. } => {
                        let from = match ask {
                            Ask::Value { from, .. } => Some((**from).clone()),
                            Ask::Row(_) => None,
                        };
                        return Some((name.clone(), from));
                    }
                }
            }
        };
        self.columns.iter().filter_map(settle).collect()
    }

    /// What a column of the old table was called in the version before the last, if it was still there.
    pub fn lasting(&self, column: &str) -> Option<&str> {
        let found = self.lasting.iter().find(|(name, _)| name == column);
        found.map(|(_, latest)| latest.as_str())
    }

    /// How each column of the table reached comes about.
    pub fn pairs<'n>(&self, new: &'n Table, stated: &Stated) -> Vec<Pair<'n>>
    where
        'a: 'n,
    {
        new.columns
            .iter()
            .filter_map(|column| {
                let (_, origin) = self.columns.iter().find(|(name, _)| *name == column.name)?;
                let old = source(origin).and_then(|name| self.source.column(name));
                Some(Pair {
                    new: column,
                    old,
                    how: resolve(origin, &new.noun, column, stated),
                })
            })
            .collect()
    }
}

/// Finds the column of the old table that each of the new one was: by name, or by `was`.
pub(super) fn matched<'a>(old: &'a Table, new: &'a Table) -> Vec<(&'a Column, Option<&'a Column>)> {
    let origin = |column: &Column| {
        old.column(&column.name).or_else(|| {
            let was = old.column(column.was.as_deref()?)?;
            // A column that is still there keeps its values.
            new.column(&was.name).is_none().then_some(was)
        })
    };
    let mut pairs: Vec<(&Column, Option<&Column>)> = Vec::with_capacity(new.columns.len());
    for column in &new.columns {
        // Two fields cannot both have been the same one: the first has it.
        let taken = |old: &Column| {
            pairs
                .iter()
                .any(|(_, taken)| taken.is_some_and(|taken| std::ptr::eq(taken, old)))
        };
        let old = origin(column).filter(|old| !taken(old));
        pairs.push((column, old));
    }
    pairs
}

fn source(origin: &Origin) -> Option<&str> {
    match origin {
        Origin::Value { source, .. }
        | Origin::Ask {
            ask: Ask::Value { source, .. },
            ..
        } => source.as_deref(),
        Origin::Ask { .. } => None,
    }
}

/// A column that the version before does not have.
fn added(new: &Column, row: Vec<Value>, last: bool) -> Origin {
    let fill = match &new.default {
        Some(default) => Some(default.sql()),
        None => new.nullable.then(|| "NULL".to_owned()),
    };
    let otherwise = fill.map(|sql| {
        Box::new(Origin::Value {
            sql,
            column: Box::new(new.clone()),
            source: None,
        })
    });
    Origin::Ask {
        ask: Ask::Row(row),
        column: Box::new(new.clone()),
        nothing: filling(new),
        otherwise,
        last,
    }
}

/// Whether a column takes the values of another one.
#[derive(Debug, PartialEq)]
pub(super) enum Fit {
    /// All of them, as they are.
    Whole,
    /// With this expression in the place of the value; rows may break a new rule.
    Changed(String),
    /// It takes another function than SQL has.
    No,
}

/// Whether `new` takes what is in `old`, whose values are `sql`.
pub(super) fn fit(old: &Column, new: &Column, sql: &str) -> Fit {
    if old.ty != new.ty || old.references != new.references {
        return Fit::No;
    }
    if let (Some(was), Some(is)) = (&old.shape, &new.shape)
        && is.accepts(was).is_err()
    {
        return Fit::No;
    }
    let mut value = sql.to_owned();
    let mut whole = true;
    if !new.choices.is_empty() {
        let gone: Vec<&String> = old
            .choices
            .iter()
            .filter(|choice| !new.choices.contains(choice))
            .collect();
        if !gone.is_empty() {
            let Some(instead) =
                instead(new).filter(|_| gone.iter().all(|c| new.dropped.contains(c)))
            else {
                return Fit::No;
            };
            let gone: Vec<String> = gone.iter().map(|choice| quote_text(choice)).collect();
            value = format!(
                "CASE WHEN {value} IN ({}) THEN {instead} ELSE {value} END",
                gone.join(", ")
            );
            whole = false;
        }
        whole &= !old.choices.is_empty();
    }
    if old.nullable && !new.nullable {
        let Some(default) = &new.default else {
            return Fit::No;
        };
        value = format!("coalesce({value}, {})", default.sql());
        whole = false;
    }
    if whole {
        Fit::Whole
    } else {
        Fit::Changed(value)
    }
}

/// The value of rows that cannot keep theirs.
fn instead(column: &Column) -> Option<String> {
    match &column.default {
        Some(default) => Some(default.sql()),
        None => column.nullable.then(|| "NULL".to_owned()),
    }
}

/// What a column puts where there is nothing, if it does not take that.
fn filling(column: &Column) -> Option<String> {
    let default = column.default.as_ref().filter(|_| !column.nullable)?;
    Some(default.sql())
}

fn follow(origin: Origin, new: &Column, last: bool) -> Origin {
    match origin {
        Origin::Ask {
            ask,
            column,
            nothing,
            otherwise,
            last: asked,
        } => Origin::Ask {
            ask,
            // A version that puts its default where there was nothing settles these rows, whatever the default is
            // later. Only where the type changes again do they get the later one: what they were given is a value of
            // a type that is gone.
            nothing: match fit(&column, new, nothing.as_deref().unwrap_or("NULL")) {
                Fit::Whole => nothing,
                Fit::Changed(sql) => Some(sql),
                Fit::No => filling(new),
            },
            column: Box::new(new.clone()),
            otherwise: otherwise.map(|other| Box::new(follow(*other, new, last))),
            last: asked,
        },
        Origin::Value {
            sql,
            column,
            source,
        } => match fit(&column, new, &sql) {
            Fit::Whole => Origin::Value {
                sql,
                column: Box::new(new.clone()),
                source,
            },
            fit => Origin::Ask {
                otherwise: match fit {
                    Fit::Changed(sql) => Some(Box::new(Origin::Value {
                        sql,
                        column: Box::new(new.clone()),
                        source: source.clone(),
                    })),
                    _ => None,
                },
                ask: Ask::Value {
                    sql,
                    from: column,
                    source,
                },
                column: Box::new(new.clone()),
                nothing: filling(new),
                last,
            },
        },
    }
}

/// Settles how a column comes about, with what the program states.
fn resolve(origin: &Origin, noun: &str, column: &Column, stated: &Stated) -> How {
    match origin {
        Origin::Value { sql, source, .. } => {
            let fills = source.is_none()
                && match &column.default {
                    Some(default) => *sql == default.sql(),
                    None => column.nullable && sql == "NULL",
                };
            if fills {
                How::Default
            } else {
                How::Sql(sql.clone())
            }
        }
        Origin::Ask {
            ask,
            nothing,
            otherwise,
            last,
            ..
        } => {
            // Where there is another way for rows that have nothing, a function has to want them.
            let passes = otherwise.is_none() && (column.nullable || column.default.is_some());
            if let Some((function, input)) = answer(ask, noun, column, passes, stated) {
                return How::Function {
                    function,
                    input,
                    nothing: nothing.clone(),
                };
            }
            if let Some(other) = otherwise {
                return resolve(other, noun, column, stated);
            }
            match ask {
                // A value that is again what it was before a change and back needs no function.
                Ask::Value { sql, from, .. } if !last && fit(from, column, sql) == Fit::Whole => {
                    How::Sql(sql.clone())
                }
                Ask::Value { from, .. } => How::Unknown {
                    last: *last,
                    from: Some(from.clone()),
                },
                Ask::Row(_) => How::Unknown {
                    last: *last,
                    from: None,
                },
            }
        }
    }
}

fn answer(
    ask: &Ask,
    noun: &str,
    column: &Column,
    nothing_passes: bool,
    stated: &Stated,
) -> Option<(usize, Input)> {
    let mine = || {
        stated
            .functions
            .iter()
            .enumerate()
            .filter(|(_, function)| function.noun == noun && function.column == column.name)
    };
    match ask {
        Ask::Value { sql, from, .. } => {
            let (function, _) = mine().find(|(_, function)| {
                let takes = function.from.as_ref();
                takes.is_some_and(|takes| takes_column(takes, from, nothing_passes))
            })?;
            let value = Value {
                sql: sql.clone(),
                column: (**from).clone(),
            };
            Some((function, Input::Value(Box::new(value))))
        }
        Ask::Row(row) => {
            let (function, _) = mine().find(|(_, function)| function.from.is_none())?;
            Some((function, Input::Row(row.clone())))
        }
    }
}

/// Whether a function that takes this shape can be given the values of a column. Where nothing may go through as
/// nothing, the function need not know of it.
pub fn takes_column(takes: &Shape, from: &Column, nothing_passes: bool) -> bool {
    let (takes, optional) = match takes {
        Shape::Optional(inner) => (&**inner, true),
        other => (other, false),
    };
    if from.nullable && !optional && !nothing_passes {
        return false;
    }
    match (takes, from.ty) {
        (Shape::Choice(names), ColumnType::Text) => {
            !from.choices.is_empty() && from.choices.iter().all(|choice| names.contains(choice))
        }
        (Shape::Text, ColumnType::Text) => from.choices.is_empty(),
        (Shape::Reference(noun), ColumnType::Reference) => from.references.as_ref() == Some(noun),
        // JSON is text in its column, which a function of a number cannot be given.
        (takes, ColumnType::Json) if takes.column() == ColumnType::Json => from
            .shape
            .as_ref()
            .is_none_or(|shape| takes.accepts(shape).is_ok()),
        (takes, ty) => takes.column() == ty,
    }
}
