//! The types that are values from the start.
//!
//! Where a type is no value, rustc lists those that are. Only what wraps another value is a hint there; the rest is
//! marked `do_not_recommend`.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;

use super::{Cell, Shape, Value, misfit};
use crate::error::{Error, Result};
use crate::json::Json;

macro_rules! integers {
    ($($t:ty)*) => {$(
        #[diagnostic::do_not_recommend]
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

#[diagnostic::do_not_recommend]
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
        #[diagnostic::do_not_recommend]
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
        #[diagnostic::do_not_recommend]
        impl Value for $t { const SHAPE: Shape = $shape; type Next = (); }
    )*};
}
as_json!(
    () = Shape::Nothing,
    serde_json::Value = Shape::Any,
    Json = Shape::Any
);

/// As serde writes it, with the `T` that chrono's own `Display` leaves out.
const LOCAL_TIME: &str = "%Y-%m-%dT%H:%M:%S%.f";

#[diagnostic::do_not_recommend]
impl Value for NaiveDateTime {
    const SHAPE: Shape = Shape::Text;
    type Next = ();
    fn to_cell(&self) -> Result<Cell> {
        Ok(Cell::Text(self.format(LOCAL_TIME).to_string()))
    }
    fn from_cell(cell: Cell) -> Result<Self> {
        cell.as_text()
            .and_then(|text| Self::parse_from_str(text, LOCAL_TIME).ok())
            .ok_or_else(|| misfit::<Self>(&cell))
    }
}

#[diagnostic::do_not_recommend]
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

#[diagnostic::do_not_recommend]
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
        #[diagnostic::do_not_recommend]
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

#[diagnostic::do_not_recommend]
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

#[diagnostic::do_not_recommend]
impl<T: Value, S: std::hash::BuildHasher + Default + Clone + 'static> Value
    for HashMap<String, T, S>
{
    const SHAPE: Shape = Shape::Map(&T::SHAPE);
    type Next = ();
}

macro_rules! tuples {
    ($(($($t:ident),+))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($t: Value),+> Value for ($($t,)+) {
            const SHAPE: Shape = Shape::Tuple(&[$($t::SHAPE),+]);
            type Next = ();
        }
    )*};
}
tuples!((A)(A, B)(A, B, C)(A, B, C, D)(A, B, C, D, E)(
    A, B, C, D, E, F
));
