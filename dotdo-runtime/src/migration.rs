//! Functions of the user's that make new values of old ones: what `#[migrate(..)]` names.

use std::marker::PhantomData;

use dotdo_core::shape::Shape as Model;

use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::value::{Cell, ColumnType, Shape, Value};

/// A row as the program before had it. A `#[migrate(..)]` function of a new column takes one.
///
/// ```
/// use dotdo_runtime::{OldRow, Result};
///
/// fn full_name(row: OldRow) -> Result<String> {
///     let (first, last) = (row.get::<String>("first")?, row.get::<Option<String>>("last")?);
///     Ok(format!("{first} {}", last.unwrap_or_default()).trim_end().to_owned())
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct OldRow {
    pub(crate) id: String,
    pub(crate) values: Vec<(String, Cell)>,
}

impl OldRow {
    /// The short id of the row.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The value of a column, by the name that it had.
    ///
    /// # Errors
    ///
    /// There is no such column, or what it holds is no `T`.
    pub fn get<T: Value>(&self, column: &str) -> Result<T> {
        let names = || self.values.iter().map(|(name, _)| name.as_str());
        let Some((_, cell)) = self.values.iter().find(|(name, _)| name == column) else {
            let near = dotdo_core::nearest(column, names()).map_or_else(
                || format!("; it had {}", names().collect::<Vec<_>>().join(", ")),
                |near| format!("; did you mean `{near}`?"),
            );
            return Err(Error::invalid(format_args!(
                "the old row had no column `{column}`{near}"
            )));
        };
        T::from_cell(cell.clone()).map_err(|e| e.context(format_args!("column `{column}`")))
    }
}

/// What a function gets.
#[derive(Debug)]
pub enum OldValue {
    /// The value of the column.
    Cell(Cell),
    /// The whole row.
    Row(OldRow),
}

/// What a `#[migrate(..)]` function may take: a value of the type that the column had, or an [`OldRow`].
#[diagnostic::on_unimplemented(
    message = "a `#[migrate]` function takes the old value or the old row, and `{Self}` is neither",
    label = "takes `{Self}`",
    note = "it is `fn(String) -> Result<i64>` for a column that was a text, and `fn(OldRow) -> Result<i64>` for a new column"
)]
pub trait FromOld: Sized {
    /// The shape of the old value; `None` for the old row.
    const FROM: Option<Shape>;
    #[doc(hidden)]
    fn from_old(old: OldValue) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Value> FromOld for T {
    const FROM: Option<Shape> = Some(T::SHAPE);
    fn from_old(old: OldValue) -> Result<Self> {
        match old {
            OldValue::Cell(cell) => T::from_cell(cell),
            OldValue::Row(_) => Err(Error::internal("a function of a value was given a row")),
        }
    }
}

impl FromOld for OldRow {
    const FROM: Option<Shape> = None;
    fn from_old(old: OldValue) -> Result<Self> {
        match old {
            OldValue::Row(row) => Ok(row),
            OldValue::Cell(_) => Err(Error::internal("a function of a row was given a value")),
        }
    }
}

/// What a `#[migrate(..)]` function of a field of the type `N` may return: an `N`, or a `Result` of one.
#[diagnostic::on_unimplemented(
    message = "a `#[migrate]` function makes the value of its field, a `{N}`, and this one returns `{Self}`",
    label = "returns `{Self}`",
    note = "it returns `{N}` or `Result<{N}>`"
)]
pub trait Migrated<N> {
    #[doc(hidden)]
    fn migrated(self) -> Result<N>;
}

#[diagnostic::do_not_recommend]
impl<N: Value> Migrated<N> for N {
    fn migrated(self) -> Result<N> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<N: Value> Migrated<N> for Result<N> {
    fn migrated(self) -> Result<N> {
        self
    }
}

/// What a function of the user's made of a value of the type `A`.
pub struct Made<A>(Result<Cell>, PhantomData<fn() -> A>);

/// Runs such a function, whatever it takes.
trait Run: Sync {
    fn run(&self, old: OldValue) -> Result<Cell>;
}

impl<A> Run for fn(OldValue) -> Made<A> {
    fn run(&self, old: OldValue) -> Result<Cell> {
        self(old).0
    }
}

/// A function of the user's that makes new values of old ones, as a constant.
pub struct Migration {
    /// The shape of the old value that it takes; `None` if it takes the old row.
    pub from: Option<Shape>,
    run: &'static dyn Run,
}

impl std::fmt::Debug for Migration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Migration")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

// Generated code names the user's function once, so that the compiler says once what is wrong with it.

/// Runs a function for a field of the type `N`; generated code calls it.
pub fn migrate<N: Value, A: FromOld, R: Migrated<N>>(
    old: OldValue,
    function: fn(A) -> R,
) -> Made<A> {
    let made = || function(A::from_old(old)?).migrated()?.to_cell();
    let made = crate::effect::guarded(made).and_then(|made| made);
    Made(made, PhantomData)
}

/// A stored value as the JSON that its own type would be, for messages.
pub(crate) fn shown(cell: &Cell, ty: ColumnType) -> String {
    match (cell, ty) {
        (Cell::Null, _) => "nothing".into(),
        (Cell::Text(text), ColumnType::Json) => text.clone(),
        (Cell::Text(text), _) => Json::of(text).map_or_else(|_| text.clone(), |j| j.text().into()),
        (Cell::Integer(n), ColumnType::Boolean) => (*n != 0).to_string(),
        (Cell::Integer(n), _) => n.to_string(),
        (Cell::Real(n), _) => n.to_string(),
        (Cell::Blob(bytes), _) => format!("{} bytes", bytes.len()),
    }
}

impl Migration {
    /// The function as a constant.
    #[doc(hidden)]
    pub const fn of<A: FromOld>(run: &'static fn(OldValue) -> Made<A>) -> Self {
        Self { from: A::FROM, run }
    }

    /// The old type, as plain data.
    pub fn model(&self) -> Option<Model> {
        self.from.map(Shape::model)
    }

    /// Makes one value; nothing stays nothing where the function does not want to know of it.
    pub(crate) fn make(&self, old: OldValue) -> Result<Cell> {
        if let (OldValue::Cell(Cell::Null), Some(from)) = (&old, &self.from)
            && !matches!(from, Shape::Optional(_))
        {
            return Ok(Cell::Null);
        }
        self.run.run(old)
    }
}

/// An error of the kind `Storage`: data cannot be brought forward.
pub(crate) fn stuck(text: std::fmt::Arguments<'_>) -> Error {
    Error::new(ErrorKind::Storage, text)
}
