//! Rows that a transaction is to add, all with one crossing of the border.
//!
//! The message is a list of cells: 0, and for each row the number of its statement, the statement's text if the shim has not
//! heard it yet, the number of parameters, and the parameters. The shim keeps the texts, in the order in which it heard them.

use super::statement::is_exact;
use super::wire;
use crate::value::CellRef;

/// What is put off, and what the shim knows.
#[derive(Debug, Default)]
pub(super) struct Later {
    message: Vec<u8>,
    texts: Vec<&'static str>,
    /// So many of the texts have arrived.
    known: usize,
}

impl Later {
    /// Puts a row off; not if a number of it would be rounded on its way.
    pub fn put(&mut self, sql: &'static str, params: &[CellRef<'_>]) -> bool {
        if !params.iter().all(|&cell| is_exact(cell)) {
            return false;
        }
        if self.message.is_empty() {
            wire::put(&mut self.message, CellRef::Integer(0));
        }
        // By its place: looking at the texts would take longer than to send them.
        let place = self
            .texts
            .iter()
            .position(|&text| std::ptr::eq(text, sql))
            .unwrap_or(self.texts.len());
        wire::put(&mut self.message, count(place));
        if place == self.texts.len() {
            self.texts.push(sql);
            wire::put(&mut self.message, sql.into());
        }
        wire::put(&mut self.message, count(params.len()));
        for &cell in params {
            wire::put(&mut self.message, cell);
        }
        true
    }

    /// The message, if there is anything in it.
    pub fn take(&mut self) -> Option<Vec<u8>> {
        let message = std::mem::take(&mut self.message);
        (!message.is_empty()).then_some(message)
    }

    /// The last message has been understood.
    pub fn arrived(&mut self) {
        self.known = self.texts.len();
    }

    /// The rows are not to be added.
    pub fn forget(&mut self) {
        self.message.clear();
        self.texts.truncate(self.known);
    }
}

#[allow(
    clippy::cast_possible_wrap,
    reason = "nothing in a 32-bit memory is so many"
)]
const fn count(number: usize) -> CellRef<'static> {
    CellRef::Integer(number as i64)
}

#[cfg(test)]
mod tests {
    use super::Later;
    use crate::host::cloudflare::wire::decode;
    use crate::value::{Cell, CellRef};

    const ONE: &str = "INSERT INTO one VALUES (?1)";
    const TWO: &str = "INSERT INTO two VALUES (?1, ?2)";

    fn told(later: &mut Later) -> Vec<Cell> {
        decode(&later.take().unwrap()).unwrap()
    }

    #[test]
    fn a_text_is_told_once_it_has_arrived_and_again_if_it_has_not() {
        let mut later = Later::default();
        assert!(later.take().is_none());
        let row = |later: &mut Later, n: i64| assert!(later.put(ONE, &[CellRef::Integer(n)]));
        let number = Cell::Integer;
        row(&mut later, 7);
        row(&mut later, 8);
        let first = [number(0), number(0), ONE.into(), number(1), number(7)];
        let expected = [first.as_slice(), &[number(0), number(1), number(8)]].concat();
        assert_eq!(told(&mut later), expected);
        later.forget();
        row(&mut later, 7);
        assert_eq!(told(&mut later), first, "it has not arrived");
        later.arrived();
        row(&mut later, 9);
        assert!(later.put(TWO, &[CellRef::Null, "x".into()]));
        let second = [number(1), TWO.into(), number(2), Cell::Null, "x".into()];
        let expected = [
            &[number(0), number(0), number(1), number(9)],
            second.as_slice(),
        ]
        .concat();
        assert_eq!(told(&mut later), expected);
        later.forget();
        assert!(later.take().is_none());
        assert!(
            !later.put(ONE, &[CellRef::Integer(i64::MAX)]),
            "it would be rounded"
        );
        assert!(later.take().is_none());
    }
}
