//! What turns wrote that is kept in one place until somebody asks.
//!
//! A verb of a busy object adds a row to three tables and overwrites its own, in five pages; the next one does the same. Nobody asks
//! for those rows meanwhile, so what a turn wrote is kept as it would have crossed the border, in a single row of `$ahead`, and
//! done with that of many others when somebody asks, or when there is no room. The platform commits a turn as ever.
//!
//! `$ahead` has a row for each slot. Slots from 1 on have the statements of a turn, and its number; those of turns up to the number in
//! slot 0 have been done. Below 0 are the texts of the statements: that of number `n` in slot `-1 - n`. An instance that finds
//! turns that were not done does them first, by what is written there, with which the program has nothing to do any more.

use super::later::{Later, Writes, begin, integer, statement};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Cell, CellRef};

/// So many turns are kept.
const SLOTS: usize = 63;
/// What a turn wrote that is longer is not kept: it would be written twice, to pages of its own.
const LONGEST: usize = 4 << 10;
/// After so many turns in a row of which nobody asked anything, there may be more. Most objects never get here, and have no table.
const CALM: u32 = 16;

/// Finds out whether the table is there.
pub(super) const FIND: &str = r#"SELECT 1 FROM sqlite_master WHERE "name" = '$ahead'"#;
/// The texts, where that ends which was done, and what is to be done, in this order.
pub(super) const READ: &str = r#"SELECT "slot", "turn", "content" FROM "$ahead"
    WHERE "slot" <= 0 OR "turn" > (SELECT "turn" FROM "$ahead" WHERE "slot" = 0) ORDER BY "turn", "slot" DESC"#;
const CREATE: &str =
    r#"CREATE TABLE "$ahead" ("slot" INTEGER PRIMARY KEY, "turn" INTEGER, "content" BLOB)"#;
const KEEP: &str =
    r#"INSERT OR REPLACE INTO "$ahead" ("slot", "turn", "content") VALUES (?1, ?2, ?3)"#;

/// What is kept, and what has become of it in the transaction that is open.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// The table is there.
    table: bool,
    /// What all turns wrote that are kept, and how many they are.
    writes: Writes,
    turns: usize,
    /// The number of the last of them.
    last: i64,
    /// So many texts are in the table.
    texts: usize,
    /// So many turns have passed of which nobody asked anything.
    calm: u32,
    open: Open,
}

/// What has become of it in the transaction that is open.
#[derive(Debug, Default)]
enum Open {
    #[default]
    Nothing,
    /// It was done.
    Done,
    /// This was put to it, and so many texts are in the table.
    Kept(Writes, usize),
}

impl Ahead {
    /// Somebody asks.
    pub fn asked(&mut self) {
        self.calm = 0;
    }

    /// Whether there is anything to be done.
    pub fn waits(&self) -> bool {
        self.turns > 0 && !matches!(self.open, Open::Done)
    }

    /// Whether something to be done overwrites.
    pub fn overwrites(&self) -> bool {
        self.waits() && self.writes.overwrites()
    }

    /// The message that keeps what a turn wrote, or does it with what is kept.
    pub fn finish(&mut self, later: &mut Later) -> Option<Vec<u8>> {
        if self.takes(later.writes()) {
            Some(self.keep(later))
        } else {
            self.catch_up(later)
        }
    }

    /// Whether what a turn wrote is to be kept.
    fn takes(&mut self, writes: &Writes) -> bool {
        self.calm = self.calm.saturating_add(1);
        self.calm > CALM
            && self.turns < SLOTS
            && matches!(self.open, Open::Nothing)
            && writes.len() <= LONGEST
    }

    /// The message that keeps what was put off.
    fn keep(&mut self, later: &mut Later) -> Vec<u8> {
        let writes = later.take();
        let create = (!self.table).then(|| later.number(CREATE));
        let keep = later.number(KEEP);
        let mut message = later.begin();
        if let Some(create) = create {
            statement(&mut message, create, std::iter::empty());
            put(&mut message, keep, (0, self.last, CellRef::Null));
        }
        for (number, text) in later.texts().iter().enumerate().skip(self.texts) {
            put(
                &mut message,
                keep,
                (-1 - integer(number), 0, (&**text).into()),
            );
        }
        let mut content = Vec::with_capacity(writes.len());
        writes.put(&mut content);
        let (slot, turn) = (integer(self.turns) + 1, self.last + 1);
        put(&mut message, keep, (slot, turn, CellRef::Blob(&content)));
        self.open = Open::Kept(writes, later.texts().len());
        message
    }

    /// The message that does what is kept, and then what was put off; if there is any of it. It is done when that has crossed.
    pub fn catch_up(&mut self, later: &mut Later) -> Option<Vec<u8>> {
        let waits = self.waits();
        let writes = later.take();
        if !waits && writes.is_empty() {
            return None;
        }
        let done = waits.then(|| later.number(KEEP));
        let mut message = later.begin();
        if let Some(keep) = done {
            self.writes.put(&mut message);
            put(&mut message, keep, (0, self.last, CellRef::Null));
            self.open = Open::Done;
        }
        writes.put(&mut message);
        Some(message)
    }

    /// The transaction was committed.
    pub fn committed(&mut self) {
        match std::mem::take(&mut self.open) {
            Open::Nothing => {}
            Open::Done => {
                self.writes = Writes::default();
                self.turns = 0;
            }
            Open::Kept(writes, texts) => {
                self.writes.extend(writes);
                self.turns += 1;
                self.last += 1;
                self.texts = texts;
                self.table = true;
            }
        }
    }

    /// The transaction was undone.
    pub fn undone(&mut self) {
        self.open = Open::Nothing;
    }

    /// Takes over from the instance before: gives the message that does what it kept, if it kept anything.
    pub fn take_over(&mut self, rows: Vec<Vec<Cell>>) -> Result<Option<Vec<u8>>> {
        let mut texts = Vec::new();
        let mut statements = Vec::new();
        for row in rows {
            match <[Cell; 3]>::try_from(row) {
                Ok([Cell::Integer(0), Cell::Integer(done), _]) => self.last = done,
                Ok([Cell::Integer(slot), _, Cell::Text(text)])
                    if slot == -1 - integer(texts.len()) =>
                {
                    texts.push(text);
                }
                Ok([_, Cell::Integer(turn), Cell::Blob(content)]) => {
                    self.last = turn;
                    statements.extend(content);
                }
                _ => {
                    return Err(Error::new(
                        ErrorKind::Storage,
                        "what is kept in `$ahead` is not what this program keeps there",
                    ));
                }
            }
        }
        self.table = true;
        if statements.is_empty() {
            return Ok(None);
        }
        let keep = texts.len();
        texts.push(KEEP.to_owned());
        let mut message = begin(0, texts.iter().map(String::as_str));
        message.extend(statements);
        put(&mut message, keep, (0, self.last, CellRef::Null));
        Ok(Some(message))
    }
}

/// Puts a row of the table to the end of a message.
fn put(message: &mut Vec<u8>, keep: usize, (slot, turn, content): (i64, i64, CellRef<'_>)) {
    let params = [CellRef::Integer(slot), CellRef::Integer(turn), content];
    statement(message, keep, params.into_iter());
}
