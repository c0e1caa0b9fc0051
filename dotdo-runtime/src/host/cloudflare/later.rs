//! What a transaction is to write, all with one crossing of the border.
//!
//! The message is a list of cells: 0; where texts that the shim has not heard begin, how many they are, and they; and for each
//! statement its number, which is the place of its text, how many parameters it has, and these. The shim keeps the texts.

use std::borrow::Cow;

use super::statement::is_exact;
use super::wire;
use crate::value::{Cell, CellRef};

/// So many texts are kept by both sides, but for those that the program itself is written with.
const TEXTS: usize = 64;

/// What was put off. Its statements are numbered.
#[derive(Debug, Default)]
pub(super) struct Writes {
    /// What adds rows.
    appended: Vec<u8>,
    /// What overwrites, by number: the last of each stands for all.
    overwritten: Vec<(usize, Vec<u8>)>,
}

impl Writes {
    pub fn is_empty(&self) -> bool {
        self.appended.is_empty() && self.overwritten.is_empty()
    }

    pub fn overwrites(&self) -> bool {
        !self.overwritten.is_empty()
    }

    /// How many bytes its statements take.
    pub fn len(&self) -> usize {
        let parts = self
            .overwritten
            .iter()
            .map(|(_, statement)| statement.len());
        self.appended.len() + parts.sum::<usize>()
    }

    /// Puts its statements to the end of a message.
    pub fn put(&self, message: &mut Vec<u8>) {
        message.extend_from_slice(&self.appended);
        for (_, statement) in &self.overwritten {
            message.extend_from_slice(statement);
        }
    }

    /// What was written after it comes to it.
    pub fn extend(&mut self, next: Self) {
        self.appended.extend_from_slice(&next.appended);
        for (number, statement) in next.overwritten {
            self.overwrite(number, statement);
        }
    }

    /// The rows are the same, the columns need not be: what came last has to stand last.
    fn overwrite(&mut self, number: usize, statement: Vec<u8>) {
        self.overwritten.retain(|(other, _)| *other != number);
        self.overwritten.push((number, statement));
    }
}

/// What is put off, and what the shim knows.
#[derive(Debug, Default)]
pub(super) struct Later {
    writes: Writes,
    texts: Vec<Cow<'static, str>>,
    /// So many of the texts have arrived.
    known: usize,
}

impl Later {
    /// Puts a row off; not if a number of it would be rounded on its way.
    pub fn append(&mut self, sql: &'static str, params: &[CellRef<'_>]) -> bool {
        if !params.iter().copied().all(is_exact) {
            return false;
        }
        let number = self.number(sql);
        statement(&mut self.writes.appended, number, params.iter().copied());
        true
    }

    /// Puts off what overwrites; not if a number of it would be rounded on its way, or there are too many texts.
    pub fn overwrite(&mut self, sql: &str, params: &[Cell]) -> bool {
        let known = self.place(|text| matches!(text, Cow::Owned(text) if text == sql));
        if !params.iter().all(|cell| is_exact(cell.into()))
            || known.is_none() && self.texts.len() >= TEXTS
        {
            return false;
        }
        let number = known.unwrap_or_else(|| self.push(sql.to_owned().into()));
        let mut bytes = Vec::new();
        statement(&mut bytes, number, params.iter().map(CellRef::from));
        self.writes.overwrite(number, bytes);
        true
    }

    /// The number of a statement.
    pub fn number(&mut self, sql: &'static str) -> usize {
        // By its place: looking at the texts would take longer than to send them.
        self.place(|text| matches!(text, Cow::Borrowed(text) if std::ptr::eq(*text, sql)))
            .unwrap_or_else(|| self.push(sql.into()))
    }

    fn place(&self, is: impl FnMut(&Cow<'static, str>) -> bool) -> Option<usize> {
        self.texts.iter().position(is)
    }

    fn push(&mut self, text: Cow<'static, str>) -> usize {
        self.texts.push(text);
        self.texts.len() - 1
    }

    /// What is put off.
    pub fn writes(&self) -> &Writes {
        &self.writes
    }

    /// Takes what is put off.
    pub fn take(&mut self) -> Writes {
        std::mem::take(&mut self.writes)
    }

    /// The texts of the statements, by number.
    pub fn texts(&self) -> &[Cow<'static, str>] {
        &self.texts
    }

    /// The beginning of a message, which statements follow.
    pub fn begin(&self) -> Vec<u8> {
        begin(
            self.known,
            self.texts[self.known..].iter().map(|text| &**text),
        )
    }

    /// The last message has been understood.
    pub fn arrived(&mut self) {
        self.known = self.texts.len();
    }

    /// Nothing of it is to be done.
    pub fn forget(&mut self) {
        self.writes = Writes::default();
        self.texts.truncate(self.known);
    }
}

/// The beginning of a message that says which texts have the numbers from here on.
pub(super) fn begin<'a>(from: usize, texts: impl ExactSizeIterator<Item = &'a str>) -> Vec<u8> {
    let mut message = Vec::new();
    for number in [0, from, texts.len()] {
        wire::put(&mut message, CellRef::Integer(integer(number)));
    }
    for text in texts {
        wire::put(&mut message, text.into());
    }
    message
}

/// Puts a statement to the end of a message.
pub(super) fn statement<'a>(
    message: &mut Vec<u8>,
    number: usize,
    params: impl ExactSizeIterator<Item = CellRef<'a>>,
) {
    for number in [number, params.len()] {
        wire::put(message, CellRef::Integer(integer(number)));
    }
    for cell in params {
        wire::put(message, cell);
    }
}

/// A number as it is stored.
#[allow(
    clippy::cast_possible_wrap,
    reason = "nothing in a 32-bit memory is so many"
)]
pub(super) const fn integer(number: usize) -> i64 {
    number as i64
}

#[cfg(test)]
mod tests {
    use super::Later;
    use crate::host::cloudflare::wire::decode;
    use crate::value::{Cell, CellRef};

    const ONE: &str = "INSERT INTO one VALUES (?1)";
    const TWO: &str = "INSERT INTO two VALUES (?1, ?2)";

    fn told(later: &mut Later) -> Vec<Cell> {
        let mut message = later.begin();
        later.take().put(&mut message);
        decode(&message).unwrap()
    }

    fn numbers<const N: usize>(numbers: [i64; N]) -> Vec<Cell> {
        numbers.map(Cell::Integer).into()
    }

    #[test]
    fn a_text_is_told_once_it_has_arrived_and_again_if_it_has_not() {
        let mut later = Later::default();
        assert!(later.writes().is_empty());
        let row = |later: &mut Later, n: i64| assert!(later.append(ONE, &[CellRef::Integer(n)]));
        row(&mut later, 7);
        row(&mut later, 8);
        let head = [numbers([0, 0, 1]), vec![ONE.into()]].concat();
        let expected = [head.clone(), numbers([0, 1, 7, 0, 1, 8])].concat();
        assert_eq!(told(&mut later), expected);
        later.forget();
        row(&mut later, 7);
        let expected = [head, numbers([0, 1, 7])].concat();
        assert_eq!(told(&mut later), expected, "it has not arrived");
        later.arrived();
        row(&mut later, 9);
        assert!(later.append(TWO, &[CellRef::Null, "x".into()]));
        let head = [numbers([0, 1, 1]), vec![TWO.into()]].concat();
        let two = [numbers([0, 1, 9, 1, 2]), vec![Cell::Null, "x".into()]].concat();
        assert_eq!(told(&mut later), [head, two].concat());
        later.forget();
        assert!(later.writes().is_empty());
        assert!(
            !later.append(ONE, &[CellRef::Integer(i64::MAX)]),
            "it would be rounded"
        );
        assert!(later.writes().is_empty());
    }

    #[test]
    fn of_what_overwrites_the_last_stands_for_all() {
        let mut later = Later::default();
        let (x, y) = ("UPDATE t SET x = ?1", "UPDATE t SET y = ?1");
        let set = |later: &mut Later, text: &str, n: i64| later.overwrite(text, &[n.into()]);
        assert!(set(&mut later, x, 1) && set(&mut later, y, 2));
        assert!(later.append(ONE, &[CellRef::Null]));
        assert!(set(&mut later, x, 3));
        let head = [numbers([0, 0, 3]), vec![x.into(), y.into(), ONE.into()]].concat();
        let row = [numbers([2, 1]), vec![Cell::Null]].concat();
        let mut first = later.take();
        let expected = [row.clone(), numbers([1, 1, 2, 0, 1, 3])].concat();
        let bytes = |writes: &super::Writes| {
            let mut bytes = Vec::new();
            writes.put(&mut bytes);
            assert_eq!(bytes.len(), writes.len());
            decode(&bytes).unwrap()
        };
        assert_eq!(bytes(&first), expected);
        assert_eq!(decode(&later.begin()).unwrap(), head);
        assert!(set(&mut later, y, 4) && later.append(ONE, &[CellRef::Null]));
        first.extend(later.take());
        let expected = [row.clone(), row, numbers([0, 1, 3, 1, 1, 4])].concat();
        assert_eq!(bytes(&first), expected);
    }

    #[test]
    fn what_overwrites_is_known_by_its_words() {
        let mut later = Later::default();
        let set = |later: &mut Later, text: &str, n: i64| later.overwrite(text, &[n.into()]);
        assert!(later.append(ONE, &[CellRef::Null]) && !later.writes().overwrites());
        assert!(!set(&mut later, "UPDATE t SET x = ?1", i64::MAX));
        assert!(!later.writes().overwrites());
        for n in 0.. {
            if !set(&mut later, &format!("UPDATE t SET x{n} = ?1"), 1) {
                assert_eq!(n, super::TEXTS - 1, "there is an end");
                break;
            }
        }
        assert!(
            set(&mut later, "UPDATE t SET x0 = ?1", 1),
            "this one is known"
        );
        later.forget();
        assert!(!later.writes().overwrites());
    }
}
