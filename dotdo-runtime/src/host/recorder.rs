//! What an object's transactions did, as the list of statements that wrote, with their parameters.
//!
//! No statement of ours asks for the time or for a random number, and an object has one connection. So the same
//! statements, run in the same order on the same file, make the same file again.

use std::cell::{Ref, RefCell};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::error::{Error, ErrorKind, Result};
use crate::value::{Cell, CellRef};

/// Texts of statements that are kept under a number. The rest is written out each time.
const TEXTS: usize = 16_384;

/// The texts of statements, each under a number that holds for as long as the process runs.
#[derive(Debug, Default)]
pub(super) struct Texts(RwLock<Numbered>);

#[derive(Debug, Default)]
struct Numbered {
    by_text: HashMap<Arc<str>, u32>,
    list: Vec<Arc<str>>,
}

impl Texts {
    /// The number of a text, from one on; nothing if there are too many.
    fn number(&self, text: &str) -> Option<u32> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(&number) = known.by_text.get(text) {
            return Some(number);
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(&number) = known.by_text.get(text) {
            return Some(number);
        }
        if known.list.len() >= TEXTS {
            return None;
        }
        let text: Arc<str> = text.into();
        known.list.push(text.clone());
        let number = u32::try_from(known.list.len()).ok()?;
        known.by_text.insert(text, number);
        Some(number)
    }

    /// The text under a number.
    pub fn text(&self, number: u32) -> Option<Arc<str>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.list.get(number.checked_sub(1)? as usize).cloned()
    }
}

/// Transactions that have been committed and were not collected yet.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// The transactions, each its turn, the number of its statements and these.
    pub bytes: Vec<u8>,
    /// How many.
    pub count: u64,
    /// The texts they use.
    pub texts: Vec<u32>,
}

/// Transactions that are recorded, and that the file does not have yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Ahead {
    bytes: Vec<u8>,
    pub count: u32,
    /// Statements in there that were put off: not even the transaction that is open has done them.
    later: Later,
}

/// Statements that were put off.
type Later = Vec<PutOff>;

/// A statement that was put off.
#[derive(Clone, Copy, Debug)]
struct PutOff {
    /// The number of its text.
    text: u32,
    /// Where it stands.
    place: usize,
    /// The last with this text stands for all.
    overwrites: bool,
}

/// So much is kept for the next ones.
const KEPT: usize = 8 << 10;

impl Ahead {
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    fn clear(&mut self) {
        self.count = 0;
        self.later.clear();
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
    }

    /// The transactions, with the texts that they refer to.
    fn read(&self, texts: &Texts) -> Result<Vec<(u32, Statements)>> {
        let mut from = Input(&self.bytes);
        let mut all = Vec::new();
        for _ in 0..self.count {
            let Transaction { turn, statements } = transaction(&mut from)?;
            let statements = statements.into_iter().map(|Statement { text, params }| {
                let text = match text {
                    Text::Whole(text) => Some(text.into()),
                    Text::Number(number) => texts.text(number),
                };
                Ok((text.ok_or_else(broken)?, params))
            });
            all.push((turn, statements.collect::<Result<_>>()?));
        }
        Ok(all)
    }
}

/// Listens to one connection.
#[derive(Debug)]
pub(super) struct Recorder {
    texts: Arc<Texts>,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    done: Recorded,
    ahead: Ahead,
    /// The statements of the transaction that is open.
    open: Vec<u8>,
    statements: u64,
    /// Those of them that were put off.
    later: Later,
    /// The numbers of texts that are constants of the program.
    constants: Vec<(&'static str, u32)>,
    /// The text of the last statement that overwrites, and its number.
    overwrote: Option<(Box<str>, u32)>,
}

impl State {
    /// A statement whose text has a number.
    fn put<'a>(&mut self, number: u32, params: impl ExactSizeIterator<Item = CellRef<'a>>) {
        put_number(&mut self.open, number.into());
        if !self.done.texts.contains(&number) {
            self.done.texts.push(number);
        }
        self.put_params(params);
    }

    fn put_off<'a>(
        &mut self,
        text: u32,
        overwrites: bool,
        params: impl ExactSizeIterator<Item = CellRef<'a>>,
    ) {
        let place = self.open.len();
        self.later.push(PutOff {
            text,
            place,
            overwrites,
        });
        self.put(text, params);
    }

    fn put_params<'a>(&mut self, params: impl ExactSizeIterator<Item = CellRef<'a>>) {
        put_number(&mut self.open, params.len() as u64);
        for param in params {
            put_cell(&mut self.open, param);
        }
        self.statements += 1;
    }
}

/// A place in an open transaction, to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize, u64);

impl Recorder {
    pub fn new(texts: Arc<Texts>) -> Self {
        Self {
            texts,
            state: RefCell::default(),
        }
    }

    /// What statements are numbered by.
    #[cfg(test)]
    pub fn texts(&self) -> &Arc<Texts> {
        &self.texts
    }

    /// A statement that wrote.
    pub fn statement(&self, sql: &str, params: &[Cell]) {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let params = params.iter().map(CellRef::from);
        if let Some(number) = self.texts.number(sql) {
            return state.put(number, params);
        }
        put_number(&mut state.open, 0);
        put_bytes(&mut state.open, sql.as_bytes());
        state.put_params(params);
    }

    /// A statement that writes and is put off. False if it cannot be, because there are too many texts.
    pub fn later(&self, sql: &'static str, params: &[CellRef<'_>]) -> bool {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        // There are a few of these, and where a constant stands says which it is.
        let known = state
            .constants
            .iter()
            .find(|(text, _)| std::ptr::eq(*text, sql));
        let number = match known {
            Some((_, number)) => *number,
            None => match self.texts.number(sql) {
                Some(number) => {
                    state.constants.push((sql, number));
                    number
                }
                None => return false,
            },
        };
        state.put_off(number, false, params.iter().copied());
        true
    }

    /// A statement that writes and is put off, of which the last with the same text stands for all. False if it cannot be,
    /// because there are too many texts.
    pub fn overwrite(&self, sql: &str, params: &[Cell]) -> bool {
        let mut state = self.state.borrow_mut();
        let number = match &state.overwrote {
            Some((text, number)) if **text == *sql => *number,
            _ => match self.texts.number(sql) {
                Some(number) => {
                    state.overwrote = Some((sql.into(), number));
                    number
                }
                None => return false,
            },
        };
        state.put_off(number, true, params.iter().map(CellRef::from));
        true
    }

    /// Whether statements that overwrite are put off.
    pub fn overwrites(&self) -> bool {
        let state = self.state.borrow();
        let mut all = state.ahead.later.iter().chain(&state.later);
        all.any(|put_off| put_off.overwrites)
    }

    /// How many statements are put off: of transactions that are done, and of the open one.
    pub fn put_off(&self) -> (usize, usize) {
        let state = self.state.borrow();
        (state.ahead.later.len(), state.later.len())
    }

    /// Does what was put off: first the rows that were appended, one text after the other, each in the order in which they
    /// came; then what overwrites. If that fails it is still put off, all of it.
    pub fn catch_up(
        &self,
        mut with: impl FnMut(&str, &mut dyn Iterator<Item = Result<Params<'_>>>) -> Result<()>,
    ) -> Result<()> {
        let state = self.state.borrow();
        let all = || {
            let done = state.ahead.later.iter();
            let done = done.map(|put_off| (&state.ahead.bytes, put_off));
            let open = state.later.iter();
            done.chain(open.map(|put_off| (&state.open, put_off)))
        };
        let text = |number| self.texts.text(number).ok_or_else(broken);
        let mut texts = Vec::new();
        let mut last: Vec<(&Vec<u8>, &PutOff)> = Vec::new();
        for (bytes, put_off) in all() {
            if put_off.overwrites {
                // Columns that several texts give a value have that of the last, so the last of each stay in their order.
                last.retain(|(_, earlier)| earlier.text != put_off.text);
                last.push((bytes, put_off));
            } else if !texts.contains(&put_off.text) {
                texts.push(put_off.text);
            }
        }
        for number in texts {
            let rows = all().filter(|(_, put_off)| put_off.text == number);
            with(&text(number)?, &mut rows.map(Params::of))?;
        }
        for one in last {
            with(
                &text(one.1.text)?,
                &mut std::iter::once(one).map(Params::of),
            )?;
        }
        drop(state);
        self.caught_up();
        Ok(())
    }

    /// What was put off has been done.
    pub fn caught_up(&self) {
        let mut state = self.state.borrow_mut();
        state.ahead.later.clear();
        state.later.clear();
    }

    pub fn mark(&self) -> Mark {
        let state = self.state.borrow();
        Mark(state.open.len(), state.statements)
    }

    /// What was written since then was rolled back.
    pub fn back_to(&self, mark: Mark) {
        let mut state = self.state.borrow_mut();
        state.open.truncate(mark.0);
        state.statements = mark.1;
        let kept = state
            .later
            .partition_point(|put_off| put_off.place < mark.0);
        state.later.truncate(kept);
    }

    /// Whether the open transaction wrote anything.
    pub fn wrote(&self) -> bool {
        self.state.borrow().statements > 0
    }

    /// The open transaction is done.
    pub fn committed(&self, turn: u32) {
        let mut state = self.state.borrow_mut();
        let State {
            done,
            ahead,
            open,
            statements,
            later,
            ..
        } = &mut *state;
        for bytes in [&mut done.bytes, &mut ahead.bytes] {
            put_number(bytes, turn.into());
            put_number(bytes, *statements);
            bytes.extend_from_slice(open);
        }
        let base = ahead.bytes.len() - open.len();
        ahead.later.extend(later.drain(..).map(|put_off| PutOff {
            place: base + put_off.place,
            ..put_off
        }));
        done.count += 1;
        ahead.count += 1;
        open.clear();
        *statements = 0;
    }

    /// What the file does not have yet.
    pub fn ahead(&self) -> Ref<'_, Ahead> {
        Ref::map(self.state.borrow(), |state| &state.ahead)
    }

    /// The same, with what is needed to do it again.
    pub fn to_repeat(&self) -> Result<Vec<(u32, Statements)>> {
        self.ahead().read(&self.texts)
    }

    /// Now the file has it all.
    pub fn settled(&self) {
        self.state.borrow_mut().ahead.clear();
    }

    /// Goes on where another connection to the same file had to stop.
    pub fn go_on(&self, ahead: Ahead) {
        self.state.borrow_mut().ahead = ahead;
    }

    /// What was committed since this was asked last.
    pub fn take(&self) -> Option<Recorded> {
        let mut state = self.state.borrow_mut();
        (state.done.count > 0).then(|| std::mem::take(&mut state.done))
    }
}

/// A statement as it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement {
    pub text: Text,
    pub params: Vec<Cell>,
}

/// The text of a statement, or its number.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Text {
    Number(u32),
    Whole(String),
}

/// One transaction as it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Transaction {
    pub turn: u32,
    pub statements: Vec<Statement>,
}

/// The statements of a transaction with their texts and parameters.
pub(super) type Statements = Vec<(Arc<str>, Vec<Cell>)>;

/// Reads what [`Recorder`] wrote.
pub(super) fn transaction(from: &mut Input<'_>) -> Result<Transaction> {
    let turn = from.small()?;
    let count = from.number()?;
    let mut statements = Vec::new();
    for _ in 0..count {
        let text = match from.small()? {
            0 => Text::Whole(from.text()?.to_owned()),
            number => Text::Number(number),
        };
        let width = from.number()?;
        let mut params = Vec::new();
        for _ in 0..width {
            params.push(cell(from)?);
        }
        statements.push(Statement { text, params });
    }
    Ok(Transaction { turn, statements })
}

// ---- bytes ----

/// Seven bits a byte, the low ones first; the high bit says that more follow.
pub(super) fn put_number(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    to.push(number.to_le_bytes()[0]);
}

pub(super) fn put_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    put_number(to, bytes.len() as u64);
    to.extend_from_slice(bytes);
}

/// With the sign in the lowest bit, so that small numbers below zero are short as well.
pub(super) fn put_signed(to: &mut Vec<u8>, number: i64) {
    put_number(to, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

fn put_cell(to: &mut Vec<u8>, cell: CellRef<'_>) {
    match cell {
        CellRef::Null => to.push(0),
        CellRef::Integer(number) => {
            to.push(1);
            put_signed(to, number);
        }
        CellRef::Real(number) => {
            to.push(2);
            to.extend_from_slice(&number.to_bits().to_le_bytes());
        }
        CellRef::Text(text) => {
            to.push(3);
            put_bytes(to, text.as_bytes());
        }
        CellRef::Blob(bytes) => {
            to.push(4);
            put_bytes(to, bytes);
        }
    }
}

fn param<'a>(from: &mut Input<'a>) -> Result<CellRef<'a>> {
    Ok(match from.byte()? {
        0 => CellRef::Null,
        1 => CellRef::Integer(from.signed()?),
        2 => {
            let bytes = from.take(8)?;
            CellRef::Real(f64::from_bits(u64::from_le_bytes(
                bytes.try_into().map_err(|_| broken())?,
            )))
        }
        3 => CellRef::Text(from.text()?),
        4 => CellRef::Blob(from.bytes()?),
        _ => return Err(broken()),
    })
}

/// The parameters of a statement, as they are read.
pub(super) struct Params<'a> {
    from: Input<'a>,
    left: u64,
}

impl<'a> Params<'a> {
    fn of((bytes, put_off): (&'a Vec<u8>, &PutOff)) -> Result<Self> {
        let mut from = Input(bytes.get(put_off.place..).ok_or_else(broken)?);
        from.small()?;
        let left = from.number()?;
        Ok(Self { from, left })
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = Result<CellRef<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(param(&mut self.from))
    }
}

fn cell(from: &mut Input<'_>) -> Result<Cell> {
    param(from).map(Into::into)
}

/// Bytes that are read from the front.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(broken)?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    pub fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for place in 0..10 {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(broken())
    }

    pub fn small(&mut self) -> Result<u32> {
        u32::try_from(self.number()?).map_err(|_| broken())
    }

    pub fn signed(&mut self) -> Result<i64> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
    }

    pub fn bytes(&mut self) -> Result<&'a [u8]> {
        let length = usize::try_from(self.number()?).map_err(|_| broken())?;
        self.take(length)
    }

    pub fn text(&mut self) -> Result<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| broken())
    }
}

fn broken() -> Error {
    Error::new(ErrorKind::Storage, "an entry of the log is not whole")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::{Input, Recorder, Statement, Text, Texts, put_number, put_signed, transaction};
    use crate::value::Cell;

    fn cells() -> impl Strategy<Value = Cell> {
        prop_oneof![
            Just(Cell::Null),
            any::<i64>().prop_map(Cell::Integer),
            (-1e300..1e300f64).prop_map(Cell::Real),
            ".{0,40}".prop_map(Cell::Text),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(Cell::Blob),
        ]
    }

    proptest! {
        #[test]
        fn numbers_come_back(number: u64, signed: i64) {
            let mut bytes = Vec::new();
            put_number(&mut bytes, number);
            put_signed(&mut bytes, signed);
            let mut input = Input(&bytes);
            prop_assert_eq!(input.number().unwrap(), number);
            prop_assert_eq!(input.signed().unwrap(), signed);
            prop_assert!(input.is_empty());
        }

        #[test]
        fn statements_come_back_and_cut_ones_are_errors(
            params in proptest::collection::vec(cells(), 0..6), turn: u32, cut: prop::sample::Index
        ) {
            let texts = Arc::new(Texts::default());
            let recorder = Recorder::new(texts.clone());
            recorder.statement("UPDATE a SET x = ?1", &params);
            let mark = recorder.mark();
            recorder.statement("DELETE FROM b", &[]);
            recorder.back_to(mark);
            recorder.committed(turn);
            let recorded = recorder.take().unwrap();
            prop_assert!(recorder.take().is_none());
            let mut input = Input(&recorded.bytes);
            let read = transaction(&mut input).unwrap();
            prop_assert!(input.is_empty());
            prop_assert_eq!(read.turn, turn);
            prop_assert_eq!(read.statements, vec![Statement { text: Text::Number(1), params }]);
            prop_assert_eq!(&*texts.text(1).unwrap(), "UPDATE a SET x = ?1");
            let cut = cut.index(recorded.bytes.len());
            prop_assert!(transaction(&mut Input(&recorded.bytes[..cut])).is_err());
        }
    }
}
