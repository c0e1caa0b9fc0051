//! What can be stored, journaled and sent: the [`Value`] trait, and what it says of a type.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use serde::{Serialize, de::DeserializeOwned};

pub use dotdo_core::table::ColumnType;

use crate::error::{Error, Result};
use crate::json::{self, Json};
use crate::stub::Chain;

/// One value of `SQLite`'s.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// No value.
    Null,
    /// A 64-bit integer; booleans are 0 and 1.
    Integer(i64),
    /// A 64-bit float.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Cell {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if it is one.
    pub const fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether there is no value.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<&Json> for Cell {
    fn from(json: &Json) -> Self {
        Self::Text(json.text().to_owned())
    }
}
impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}
impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Integer(i64::from(number))
    }
}
impl From<bool> for Cell {
    fn from(yes: bool) -> Self {
        Self::Integer(i64::from(yes))
    }
}
impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The shape of a type's JSON, as the manifest and the doors describe it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Nothing: `null`.
    Nothing,
    /// A whole number.
    Integer,
    /// A number.
    Real,
    /// `true` or `false`.
    Boolean,
    /// A text.
    Text,
    /// An instant, as RFC 3339 text.
    Timestamp,
    /// A date, `2026-11-22`.
    Date,
    /// A time of day, `09:30:00`.
    Time,
    /// A decimal number, as text so that no digit is lost.
    Decimal,
    /// The id of a noun.
    Reference(&'static str),
    /// Bytes, in JSON a list of numbers from 0 to 255.
    Bytes,
    /// A fixed list of 128 numbers.
    Embedding,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// The shape, or `null`.
    Optional(&'static Shape),
    /// A list of one shape.
    List(&'static Shape),
    /// An object from texts to one shape.
    Map(&'static Shape),
    /// An object with these fields.
    Record(&'static str, &'static [Member]),
    /// An array with these places.
    Tuple(&'static [Shape]),
    /// `{"Variant": …}` or `"Variant"`.
    OneOf(&'static str, &'static [Member]),
    /// Any JSON.
    Any,
}

/// One field of a [`Shape::Record`], or one variant of a [`Shape::OneOf`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// Whether it may be left out.
    pub optional: bool,
    /// Its documentation.
    pub doc: &'static str,
}

impl Member {
    /// The member that a type makes.
    #[doc(hidden)]
    pub const fn of<T: Value>(name: &'static str, doc: &'static str) -> Self {
        Self {
            name,
            shape: T::SHAPE,
            optional: T::NULLABLE,
            doc,
        }
    }
}

impl Shape {
    /// The column such a value is stored in.
    pub const fn column(self) -> ColumnType {
        match self {
            Self::Integer => ColumnType::Integer,
            Self::Real => ColumnType::Real,
            Self::Boolean => ColumnType::Boolean,
            Self::Text | Self::Choice(_) => ColumnType::Text,
            Self::Timestamp => ColumnType::Timestamp,
            Self::Date => ColumnType::Date,
            Self::Time => ColumnType::Time,
            Self::Decimal => ColumnType::Decimal,
            Self::Reference(_) => ColumnType::Reference,
            Self::Bytes | Self::Embedding => ColumnType::Blob,
            Self::Optional(inner) => inner.column(),
            Self::Nothing
            | Self::List(_)
            | Self::Map(_)
            | Self::Record(..)
            | Self::Tuple(_)
            | Self::OneOf(..)
            | Self::Any => ColumnType::Json,
        }
    }

    /// The texts such a column may hold, or none where any will do.
    pub const fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Choice(choices) => choices,
            Self::Optional(inner) => inner.choices(),
            _ => &[],
        }
    }

    /// The noun such a column refers to.
    pub const fn references(self) -> Option<&'static str> {
        match self {
            Self::Reference(noun) => Some(noun),
            Self::Optional(inner) => inner.references(),
            _ => None,
        }
    }

    /// The JSON Schema (2020-12) of the shape.
    pub fn schema(self) -> serde_json::Value {
        use serde_json::json;
        match self {
            Self::Nothing => json!({"type": "null"}),
            Self::Integer => json!({"type": "integer"}),
            Self::Real => json!({"type": "number"}),
            Self::Boolean => json!({"type": "boolean"}),
            Self::Text => json!({"type": "string"}),
            Self::Timestamp => json!({"type": "string", "format": "date-time"}),
            Self::Date => json!({"type": "string", "format": "date"}),
            Self::Time => json!({"type": "string", "format": "time"}),
            Self::Decimal => json!({"type": "string", "format": "decimal"}),
            Self::Reference(noun) => json!({"type": "string", "format": "id", "noun": noun}),
            Self::Bytes => {
                json!({"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 255}})
            }
            Self::Embedding => {
                json!({"type": "array", "items": {"type": "number"}, "minItems": 128, "maxItems": 128})
            }
            Self::Choice(choices) => json!({"enum": choices}),
            Self::Optional(inner) => json!({"anyOf": [inner.schema(), {"type": "null"}]}),
            Self::List(inner) => json!({"type": "array", "items": inner.schema()}),
            Self::Map(inner) => json!({"type": "object", "additionalProperties": inner.schema()}),
            Self::Tuple(places) => {
                json!({"type": "array", "prefixItems": places.iter().map(|p| p.schema()).collect::<Vec<_>>(), "items": false})
            }
            Self::Record(name, members) => {
                let mut schema = Self::object(members);
                schema["title"] = name.into();
                schema
            }
            Self::OneOf(name, members) => {
                json!({"title": name, "oneOf": members.iter().map(|m| match m.shape {
                Shape::Nothing => json!({"const": m.name}),
                shape => json!({"type": "object", "properties": {m.name: shape.schema()}, "required": [m.name]}),
            }).collect::<Vec<_>>()})
            }
            Self::Any => json!({}),
        }
    }

    /// The JSON Schema of an object with these members.
    pub fn object(members: &[Member]) -> serde_json::Value {
        let mut properties = serde_json::Map::new();
        for member in members {
            let mut schema = member.shape.schema();
            if !member.doc.is_empty() {
                schema["description"] = member.doc.into();
            }
            properties.insert(member.name.into(), schema);
        }
        let required: Vec<_> = members
            .iter()
            .filter(|m| !m.optional)
            .map(|m| m.name)
            .collect();
        serde_json::json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    }
}

/// What a call that returns a value goes on with: the stub of the noun a [`Ref`](crate::Ref) points at, or nothing.
pub trait Onward: Clone {
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
    fn event<N: crate::noun::Noun>(json: &Json) -> Result<crate::event::Event<N, Self>> {
        crate::event::Event::read(json)
    }
    #[doc(hidden)]
    fn call<N: crate::noun::Noun>(
        stub: &crate::stub::Stub<N>,
        verb: &'static str,
        args: &impl Serialize,
    ) -> crate::stub::Call<Self> {
        stub.call(verb, args)
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

macro_rules! integers {
    ($($t:ty)*) => {$(
        impl Value for $t {
            const SHAPE: Shape = Shape::Integer;
            type Next = ();
            fn to_cell(&self) -> Result<Cell> {
                i64::try_from(*self).map(Cell::Integer).map_err(|_| Error::invalid(format_args!("{self} is larger than a column can hold")))
            }
            fn from_cell(cell: Cell) -> Result<Self> {
                cell.as_integer().and_then(|n| n.try_into().ok()).ok_or_else(|| misfit::<Self>(&cell))
            }
        }
    )*};
}
integers!(i8 i16 i32 i64 u16 u32 u64 usize isize);

impl Value for u8 {
    const SHAPE: Shape = Shape::Integer;
    const LIST: Shape = Shape::Bytes;
    type Next = ();
    fn list_to_cell(list: &Vec<Self>) -> Result<Cell> {
        Ok(Cell::Blob(list.clone()))
    }
    fn list_from_cell(cell: Cell) -> Result<Vec<Self>> {
        match cell {
            Cell::Blob(bytes) => Ok(bytes),
            other => Err(misfit::<Vec<Self>>(&other)),
        }
    }
    fn to_cell(&self) -> Result<Cell> {
        Ok(Cell::Integer(i64::from(*self)))
    }
    fn from_cell(cell: Cell) -> Result<Self> {
        cell.as_integer()
            .and_then(|n| n.try_into().ok())
            .ok_or_else(|| misfit::<Self>(&cell))
    }
}

macro_rules! texts {
    ($($t:ty = $shape:ident),* $(,)?) => {$(
        impl Value for $t {
            const SHAPE: Shape = Shape::$shape;
            type Next = ();
            fn to_cell(&self) -> Result<Cell> {
                Ok(Cell::Text(self.to_string()))
            }
            fn from_cell(cell: Cell) -> Result<Self> {
                cell.as_text().and_then(|text| text.parse().ok()).ok_or_else(|| misfit::<Self>(&cell))
            }
        }
    )*};
}
texts!(NaiveDate = Date, NaiveTime = Time, Decimal = Decimal);

macro_rules! as_json {
    ($($t:ty = $shape:expr),* $(,)?) => {$(
        impl Value for $t { const SHAPE: Shape = $shape; type Next = (); }
    )*};
}
as_json!(
    () = Shape::Nothing,
    serde_json::Value = Shape::Any,
    Json = Shape::Any,
    NaiveDateTime = Shape::Text
);

impl Value for String {
    const SHAPE: Shape = Shape::Text;
    type Next = ();
    fn to_cell(&self) -> Result<Cell> {
        Ok(Cell::Text(self.clone()))
    }
    fn from_cell(cell: Cell) -> Result<Self> {
        match cell {
            Cell::Text(text) => Ok(text),
            other => Err(misfit::<Self>(&other)),
        }
    }
}

impl Value for bool {
    const SHAPE: Shape = Shape::Boolean;
    type Next = ();
    fn to_cell(&self) -> Result<Cell> {
        Ok(Cell::from(*self))
    }
    fn from_cell(cell: Cell) -> Result<Self> {
        cell.as_integer()
            .map(|n| n != 0)
            .ok_or_else(|| misfit::<Self>(&cell))
    }
}

macro_rules! floats {
    ($($t:ty)*) => {$(
        impl Value for $t {
            const SHAPE: Shape = Shape::Real;
            type Next = ();
            fn to_cell(&self) -> Result<Cell> {
                // SQLite would turn NaN into NULL, and JSON knows neither.
                if self.is_finite() { Ok(Cell::Real(f64::from(*self))) } else { Err(Error::invalid(format_args!("{self} is no number that can be stored"))) }
            }
            #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "an f32 was stored as the f64 it widens to")]
            fn from_cell(cell: Cell) -> Result<Self> {
                match cell {
                    Cell::Real(n) => Ok(n as $t),
                    Cell::Integer(n) => Ok(n as $t),
                    other => Err(misfit::<Self>(&other)),
                }
            }
        }
    )*};
}
floats!(f32 f64);

impl Value for DateTime<Utc> {
    const SHAPE: Shape = Shape::Timestamp;
    type Next = ();
    fn to_cell(&self) -> Result<Cell> {
        Ok(Cell::Integer(self.timestamp_micros()))
    }
    fn from_cell(cell: Cell) -> Result<Self> {
        cell.as_integer()
            .and_then(Self::from_timestamp_micros)
            .ok_or_else(|| misfit::<Self>(&cell))
    }
}

impl<T: Value> Value for Option<T> {
    const SHAPE: Shape = Shape::Optional(&T::SHAPE);
    const NULLABLE: bool = true;
    type Next = ();
    fn to_cell(&self) -> Result<Cell> {
        self.as_ref().map_or(Ok(Cell::Null), T::to_cell)
    }
    fn from_cell(cell: Cell) -> Result<Self> {
        if cell.is_null() {
            Ok(None)
        } else {
            T::from_cell(cell).map(Some)
        }
    }
}

impl<T: Value> Value for Vec<T> {
    const SHAPE: Shape = T::LIST;
    type Next = ();
    fn to_cell(&self) -> Result<Cell> {
        T::list_to_cell(self)
    }
    fn from_cell(cell: Cell) -> Result<Self> {
        T::list_from_cell(cell)
    }
}

impl<T: Value> Value for Box<T> {
    const SHAPE: Shape = T::SHAPE;
    const NULLABLE: bool = T::NULLABLE;
    type Next = T::Next;
    fn to_cell(&self) -> Result<Cell> {
        T::to_cell(self)
    }
    fn from_cell(cell: Cell) -> Result<Self> {
        T::from_cell(cell).map(Self::new)
    }
}

impl<T: Value> Value for BTreeMap<String, T> {
    const SHAPE: Shape = Shape::Map(&T::SHAPE);
    type Next = ();
}

impl<T: Value, S: std::hash::BuildHasher + Default + Clone + 'static> Value
    for HashMap<String, T, S>
{
    const SHAPE: Shape = Shape::Map(&T::SHAPE);
    type Next = ();
}

macro_rules! tuples {
    ($(($($t:ident),+))*) => {$(
        impl<$($t: Value),+> Value for ($($t,)+) {
            const SHAPE: Shape = Shape::Tuple(&[$($t::SHAPE),+]);
            type Next = ();
        }
    )*};
}
tuples!((A)(A, B)(A, B, C)(A, B, C, D)(A, B, C, D, E)(
    A, B, C, D, E, F
));

/// A point in the space of meanings: 128 numbers, stored as 512 bytes.
///
/// ```
/// use dotdo_runtime::Embedding;
/// let a = Embedding::new([0.5; 128]);
/// assert!((a.similarity(&a) - 1.0).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding(Box<[f32; 128]>);

impl Embedding {
    /// From its 128 numbers.
    pub fn new(numbers: [f32; 128]) -> Self {
        Self(Box::new(numbers))
    }

    /// The numbers.
    pub fn numbers(&self) -> &[f32; 128] {
        &self.0
    }

    /// The cosine of the angle between two: 1 for the same direction, 0 for unrelated, -1 for opposite.
    pub fn similarity(&self, other: &Self) -> f32 {
        let (mut dot, mut a, mut b) = (0.0, 0.0, 0.0);
        for (x, y) in self.0.iter().zip(other.0.iter()) {
            dot += x * y;
            a += x * x;
            b += y * y;
        }
        if a == 0.0 || b == 0.0 {
            0.0
        } else {
            dot / (a.sqrt() * b.sqrt())
        }
    }
}

impl Serialize for Embedding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_slice().serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Embedding {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let numbers = Vec::<f32>::deserialize(deserializer)?;
        let length = numbers.len();
        let numbers: Box<[f32; 128]> = numbers.into_boxed_slice().try_into().map_err(|_| {
            serde::de::Error::custom(format_args!(
                "an embedding has 128 numbers, this has {length}"
            ))
        })?;
        Ok(Self(numbers))
    }
}

impl Value for Embedding {
    const SHAPE: Shape = Shape::Embedding;
    type Next = ();
    fn to_cell(&self) -> Result<Cell> {
        Ok(Cell::Blob(
            self.0.iter().flat_map(|n| n.to_le_bytes()).collect(),
        ))
    }
    fn from_cell(cell: Cell) -> Result<Self> {
        match &cell {
            Cell::Blob(bytes) if bytes.len() == 512 => {
                let mut numbers = [0.0; 128];
                for (number, bytes) in numbers.iter_mut().zip(bytes.chunks_exact(4)) {
                    *number = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
                }
                Ok(Self::new(numbers))
            }
            other => Err(misfit::<Self>(other)),
        }
    }
}
