//! What can be stored, journaled and sent: the [`Value`] trait, and what it says of a type.

mod cell;
mod embedding;
mod expected;
mod shape;
mod standard;

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

pub use cell::{Cell, CellRef};
pub use dotdo_core::table::ColumnType;
pub use embedding::Embedding;
pub use shape::{Member, Shape};

use crate::error::{Error, Result};
use crate::event::Event;
use crate::json::{self, Json};
use crate::record::{Fields, Writer};
use crate::stub::Chain;

/// What a call that returns a value goes on with: the stub of the noun a [`Ref`](crate::Ref) points at, or nothing.
pub trait Onward: Clone + Send + Sync + 'static {
    #[doc(hidden)]
    fn onward(chain: Chain) -> Self;
}

impl Onward for () {
    fn onward(_: Chain) -> Self {}
}

/// A type that can be a field of a noun, an argument or result of a verb, or the input or output of a step.
///
/// Implemented for the usual types of Rust and `chrono`; your own structs and enums get it by `#[derive(Value)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value that dotdo can store or send",
    label = "this type cannot be stored or sent",
    note = "if you own `{Self}`, add `#[derive(Value)]` to its definition; otherwise wrap what it holds in a type of your own"
)]
pub trait Value:
    Serialize + DeserializeOwned + Clone + std::fmt::Debug + PartialEq + 'static
{
    /// The shape of its JSON.
    const SHAPE: Shape;
    /// Whether a column of it may be NULL.
    const NULLABLE: bool = false;
    /// The shape of a list of it.
    const LIST: Shape = Shape::List(&Self::SHAPE);
    /// What a call that returns it goes on with.
    type Next: Onward;

    /// A list of it as a column's value. Bytes are the one list that is not JSON there.
    #[doc(hidden)]
    fn list_to_cell(list: &Vec<Self>) -> Result<Cell> {
        Ok(Cell::from(&Json::of(list)?))
    }

    /// A list of it from a column's value.
    #[doc(hidden)]
    fn list_from_cell(cell: Cell) -> Result<Vec<Self>> {
        match cell {
            Cell::Text(text) => json::read(&text),
            other => Err(misfit::<Vec<Self>>(&other)),
        }
    }

    // Generated code says what it wants of a user's type only by way of this trait, so that the compiler has one thing
    // to say about a type that is no value.
    #[doc(hidden)]
    fn copy(value: &Self) -> Self {
        value.clone()
    }
    #[doc(hidden)]
    fn show(value: &Self) -> &dyn std::fmt::Debug {
        value
    }
    #[doc(hidden)]
    fn same(left: &Self, right: &Self) -> bool {
        left == right
    }
    #[doc(hidden)]
    fn write<S: serde::Serializer>(value: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }
    #[doc(hidden)]
    fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
    #[doc(hidden)]
    fn put<S: serde::Serializer>(value: &Self, out: &mut Writer<S>, name: &'static str) {
        out.field(name, value);
    }
    #[doc(hidden)]
    fn take<'de, F: Fields<'de>>(fields: &mut F, slot: &mut Option<Self>) {
        fields.take(slot);
    }
    #[doc(hidden)]
    fn end<'de, F: Fields<'de>>(
        fields: &mut F,
        slot: Option<Self>,
        field: usize,
    ) -> Result<Self, F::Error> {
        fields.end(slot, field)
    }
    #[doc(hidden)]
    fn fits(json: &Json) -> Result<()> {
        json.read::<Self>().map(drop)
    }
    #[doc(hidden)]
    fn holds(json: &Json, rule: fn(&Self) -> bool) -> Result<bool> {
        let value = json.read::<Self>()?;
        crate::effect::guarded(|| rule(&value))
    }
    #[doc(hidden)]
    fn event<N>(json: &Json) -> Result<Event<N, Self>> {
        Event::read(json)
    }
    #[doc(hidden)]
    fn copy_event<N>(event: &Event<N, Self>) -> Event<N, Self> {
        event.clone()
    }
    #[doc(hidden)]
    fn show_event<N>(
        event: &Event<N, Self>,
        name: &str,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        f.debug_tuple(name).field(event).finish()
    }
    #[doc(hidden)]
    fn same_event<N>(event: &Event<N, Self>, other: &Event<N, Self>) -> bool {
        event == other
    }
    #[doc(hidden)]
    fn call<N>(
        stub: &crate::stub::Stub<N>,
        verb: &'static str,
        args: &impl Serialize,
    ) -> crate::stub::Call<Self> {
        crate::stub::Stub::call(stub, verb, args)
    }
    #[doc(hidden)]
    fn next(cells: &mut dyn Iterator<Item = Cell>, column: &str) -> Result<Self> {
        let cell = cells
            .next()
            .ok_or_else(|| Error::internal(format_args!("the row ends before `{column}`")))?;
        Self::from_cell(cell).map_err(|e| e.context(format_args!("column `{column}`")))
    }

    /// As a column's value.
    fn to_cell(&self) -> Result<Cell> {
        Ok(Cell::from(&Json::of(self)?))
    }

    /// From a column's value.
    fn from_cell(cell: Cell) -> Result<Self> {
        match cell {
            Cell::Text(text) => json::read(&text),
            other => Err(misfit::<Self>(&other)),
        }
    }
}

fn misfit<T>(cell: &Cell) -> Error {
    Error::internal(format_args!(
        "a column of `{}` holds {cell:?}",
        std::any::type_name::<T>()
    ))
}
