//! What a transaction is to write, all with one crossing of the border.
//!
//! The message is a list of cells: 0, and for each statement its number, its text if the shim has not heard it yet, the number of
//! parameters, and the parameters. The shim keeps the texts, in the order in which it heard them.

use std::borrow::Cow;

use super::statement::is_exact;
use super::wire;
use crate::value::{Cell, CellRef};

/// So many texts are kept by both sides.
const TEXTS: usize = 64;

/// What is put off, and what the shim knows.
#[derive(Debug, Default)]
pub(super) struct Later {
    message: Vec<u8>,
    texts: Vec<Cow<'static, str>>,
    /// So many of the texts have arrived.
    known: usize,
    /// Something in the message overwrites.
    overwrites: bool,
}

impl Later {
    /// Puts a row off; not if a number of it would be rounded on its way.
    pub fn append(&mut self, sql: &'static str, params: &[CellRef<'_>]) -> bool {
        // By its place: looking at the texts would take longer than to send them.
        let known =
            self.place(|text| matches!(text, Cow::Borrowed(text) if std::ptr::eq(*text, sql)));
        self.put(known, || sql.into(), params.iter().copied())
    }

    /// Puts off what overwrites; not if a number of it would be rounded on its way, or there are too many texts.
    pub fn overwrite(&mut self, sql: &str, params: &[Cell]) -> bool {
        let known = self.place(|text| matches!(text, Cow::Owned(text) if text == sql));
        let put = (known.is_some() || self.texts.len() < TEXTS)
            && self.put(
                known,
                || sql.to_owned().into(),
                params.iter().map(CellRef::from),
            );
        self.overwrites |= put;
        put
    }

    /// Whether something that overwrites is put off.
    pub fn overwrites(&self) -> bool {
        self.overwrites
    }

    fn place(&self, is: impl FnMut(&Cow<'static, str>) -> bool) -> Option<usize> {
        self.texts.iter().position(is)
    }

    fn put<'a>(
        &mut self,
        known: Option<usize>,
        text: impl FnOnce() -> Cow<'static, str>,
        params: impl ExactSizeIterator<Item = CellRef<'a>> + Clone,
    ) -> bool {
        if !params.clone().all(is_exact) {
            return false;
        }
        if self.message.is_empty() {
            wire::put(&mut self.message, CellRef::Integer(0));
        }
        wire::put(&mut self.message, count(known.unwrap_or(self.texts.len())));
        if known.is_none() {
            let text = text();
            wire::put(&mut self.message, text.as_ref().into());
            self.texts.push(text);
        }
        wire::put(&mut self.message, count(params.len()));
        for cell in params {
            wire::put(&mut self.message, cell);
        }
        true
    }

    /// The message, if there is anything in it.
    pub fn take(&mut self) -> Option<Vec<u8>> {
        let message = std::mem::take(&mut self.message);
        self.overwrites = false;
        (!message.is_empty()).then_some(message)
    }

    /// The last message has been understood.
    pub fn arrived(&mut self) {
        self.known = self.texts.len();
    }

    /// Nothing of it is to be done.
    pub fn forget(&mut self) {
        self.message.clear();
        self.overwrites = false;
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
        let row = |later: &mut Later, n: i64| assert!(later.append(ONE, &[CellRef::Integer(n)]));
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
        assert!(later.append(TWO, &[CellRef::Null, "x".into()]));
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
            !later.append(ONE, &[CellRef::Integer(i64::MAX)]),
            "it would be rounded"
        );
        assert!(later.take().is_none());
    }

    #[test]
    fn what_overwrites_is_known_by_its_words() {
        let mut later = Later::default();
        let set = |later: &mut Later, text: &str, n: i64| later.overwrite(text, &[n.into()]);
        assert!(later.append(ONE, &[CellRef::Null]) && !later.overwrites());
        assert!(set(&mut later, "UPDATE t SET x = ?1", 1));
        assert!(set(&mut later, "UPDATE t SET x = ?1", 2));
        assert!(later.overwrites());
        let number = Cell::Integer;
        let one = [number(0), number(0), ONE.into(), number(1), Cell::Null];
        let set_x = "UPDATE t SET x = ?1".into();
        let first = [number(1), set_x, number(1), number(1)];
        let expected = [&one, &first[..], &[number(1), number(1), number(2)]].concat();
        assert_eq!(told(&mut later), expected);
        assert!(!later.overwrites());
        assert!(!set(&mut later, "UPDATE t SET x = ?1", i64::MAX));
        assert!(!later.overwrites());
        for n in 0.. {
            if !set(&mut later, &format!("UPDATE t SET x{n} = ?1"), 1) {
                assert_eq!(n, super::TEXTS - 2, "there is an end");
                break;
            }
        }
        assert!(
            set(&mut later, "UPDATE t SET x = ?1", 1),
            "this one is known"
        );
        later.forget();
        assert!(!later.overwrites());
    }
}
