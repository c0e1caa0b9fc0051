//! What `SQLite` stores in one place of a row.

use serde::Serialize;

use crate::json::Json;

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
    /// About how many bytes it takes, besides itself.
    pub(crate) const fn bytes(&self) -> usize {
        match self {
            Self::Null | Self::Integer(_) | Self::Real(_) => 0,
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
        }
    }

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

/// A [`Cell`] that belongs to somebody else.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CellRef<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl CellRef<'_> {
    /// Copies of them, to keep.
    pub(crate) fn owned(cells: &[Self]) -> Vec<Cell> {
        cells.iter().map(|&cell| cell.into()).collect()
    }
}

impl<'a> From<&'a Cell> for CellRef<'a> {
    fn from(cell: &'a Cell) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Integer(number) => Self::Integer(*number),
            Cell::Real(number) => Self::Real(*number),
            Cell::Text(text) => Self::Text(text),
            Cell::Blob(bytes) => Self::Blob(bytes),
        }
    }
}
impl From<CellRef<'_>> for Cell {
    fn from(cell: CellRef<'_>) -> Self {
        match cell {
            CellRef::Null => Self::Null,
            CellRef::Integer(number) => Self::Integer(number),
            CellRef::Real(number) => Self::Real(number),
            CellRef::Text(text) => Self::Text(text.to_owned()),
            CellRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}
impl<'a> From<&'a str> for CellRef<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}
impl<'a> From<&'a String> for CellRef<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}
impl<'a> From<&'a Json> for CellRef<'a> {
    fn from(json: &'a Json) -> Self {
        Self::Text(json.text())
    }
}
impl From<i64> for CellRef<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}
impl From<u32> for CellRef<'_> {
    fn from(number: u32) -> Self {
        Self::Integer(i64::from(number))
    }
}
impl<T: Into<Self>> From<Option<T>> for CellRef<'_> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
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
