//! How a list of cells crosses the border between WebAssembly and JavaScript.
//!
//! Each cell is a byte that says what it is and its content: 0 null; 1 an integer, eight bytes; 2 a float, eight
//! bytes; 3 a text and 4 a blob, each a length of four bytes and that many. Numbers are little-endian.

use crate::error::{Error, Result};
use crate::value::{Cell, CellRef};

/// Encodes a list.
pub fn encode(cells: &[Cell]) -> Vec<u8> {
    list(cells.iter().map(CellRef::from))
}

/// The same, of cells that are somewhere else.
pub(super) fn list<'a>(cells: impl Iterator<Item = CellRef<'a>> + Clone) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(cells.clone().map(size).sum());
    for cell in cells {
        put(&mut bytes, cell);
    }
    bytes
}

/// How many bytes a cell takes.
const fn size(cell: CellRef<'_>) -> usize {
    match cell {
        CellRef::Null => 1,
        CellRef::Integer(_) | CellRef::Real(_) => 9,
        CellRef::Text(text) => 5 + text.len(),
        CellRef::Blob(blob) => 5 + blob.len(),
    }
}

/// Puts a cell to the end of a list.
pub(super) fn put(bytes: &mut Vec<u8>, cell: CellRef<'_>) {
    match cell {
        CellRef::Null => bytes.push(0),
        CellRef::Integer(number) => {
            bytes.push(1);
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        CellRef::Real(number) => {
            bytes.push(2);
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        CellRef::Text(text) => part(bytes, 3, text.as_bytes()),
        CellRef::Blob(blob) => part(bytes, 4, blob),
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "nothing in a 32-bit memory is longer"
)]
fn part(bytes: &mut Vec<u8>, tag: u8, content: &[u8]) {
    bytes.push(tag);
    bytes.extend_from_slice(&(content.len() as u32).to_le_bytes());
    bytes.extend_from_slice(content);
}

/// Decodes a list. Anything but a whole list is an error.
pub fn decode(bytes: &[u8]) -> Result<Vec<Cell>> {
    let mut rest = bytes;
    let mut cells = Vec::new();
    while !rest.is_empty() {
        cells.push(one(&mut rest).ok_or_else(broken)?);
    }
    Ok(cells)
}

fn one(rest: &mut &[u8]) -> Option<Cell> {
    let (tag, tail) = rest.split_first()?;
    *rest = tail;
    Some(match tag {
        0 => Cell::Null,
        1 => Cell::Integer(i64::from_le_bytes(*take(rest)?)),
        2 => Cell::Real(f64::from_le_bytes(*take(rest)?)),
        3 => Cell::Text(std::str::from_utf8(counted(rest)?).ok()?.to_owned()),
        4 => Cell::Blob(counted(rest)?.to_vec()),
        _ => return None,
    })
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(head)
}

fn counted<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_le_bytes(*take(rest)?) as usize;
    let (head, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(head)
}

fn broken() -> Error {
    Error::internal("what came across the border is no list of cells")
}

/// What has crossed the border. What makes no sense may have been what somebody waits for, or say what was done: it ends
/// the instance, and the next one takes up from what is stored.
#[cfg(any(target_arch = "wasm32", test))]
pub(super) fn whole<T>(read: Result<T>) -> T {
    read.unwrap_or_else(|error| panic!("{}", error.message()))
}

/// Reads the cells of a message one after the other.
#[derive(Debug)]
pub struct Parts(std::vec::IntoIter<Cell>);

impl Parts {
    /// Takes a message apart.
    pub fn of(bytes: &[u8]) -> Result<Self> {
        Ok(Self(decode(bytes)?.into_iter()))
    }

    /// The next cell.
    pub fn cell(&mut self) -> Result<Cell> {
        self.0.next().ok_or_else(broken)
    }

    /// The next cell, which is a number.
    pub fn number(&mut self) -> Result<i64> {
        self.cell()?.as_integer().ok_or_else(broken)
    }

    /// The next cell, which is a text.
    pub fn text(&mut self) -> Result<String> {
        match self.cell()? {
            Cell::Text(text) => Ok(text),
            _ => Err(broken()),
        }
    }

    /// The next cell, which is a text or null.
    pub fn text_or_null(&mut self) -> Result<Option<String>> {
        match self.cell()? {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text)),
            _ => Err(broken()),
        }
    }

    /// The next cell, which is a blob.
    pub fn blob(&mut self) -> Result<Vec<u8>> {
        match self.cell()? {
            Cell::Blob(bytes) => Ok(bytes),
            _ => Err(broken()),
        }
    }

    /// The rest, which is names and values.
    pub fn pairs(&mut self) -> Result<Vec<(String, String)>> {
        let mut pairs = Vec::new();
        while self.0.len() > 0 {
            pairs.push((self.text()?, self.text()?));
        }
        Ok(pairs)
    }

    /// The rest.
    pub fn rest(self) -> std::vec::IntoIter<Cell> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Parts, decode, encode};
    use crate::value::Cell;

    fn a_cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            Just(Cell::Null),
            any::<i64>().prop_map(Cell::Integer),
            any::<f64>()
                .prop_filter("NaN is not itself", |n| !n.is_nan())
                .prop_map(Cell::Real),
            "\\PC{0,40}".prop_map(Cell::Text),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(Cell::Blob),
        ]
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(cells in proptest::collection::vec(a_cell(), 0..20)) {
            prop_assert_eq!(decode(&encode(&cells)).unwrap(), cells);
        }

        #[test]
        fn a_list_that_was_cut_is_an_error(
            cells in proptest::collection::vec(a_cell(), 1..6),
            cut in 1_usize..9,
        ) {
            let bytes = encode(&cells);
            let last = bytes.len() - encode(&cells[cells.len() - 1..]).len();
            let end = bytes.len().saturating_sub(cut).max(last + 1).min(bytes.len());
            prop_assume!(end < bytes.len());
            prop_assert!(decode(&bytes[..end]).is_err());
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Ok(cells) = decode(&bytes) {
                prop_assert_eq!(encode(&cells).len(), bytes.len());
            }
            if let Ok(mut parts) = Parts::of(&bytes) {
                let _ = (parts.number(), parts.text(), parts.text_or_null(), parts.blob(), parts.pairs());
            }
        }
    }

    #[test]
    fn a_text_that_is_none_is_an_error() {
        assert!(decode(&[3, 1, 0, 0, 0, 0xff]).is_err());
        assert!(decode(&[9]).is_err());
    }
}
