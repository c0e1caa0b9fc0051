//! What an object remembers of its database, so that it need not ask again.
//!
//! Nobody but the object writes there. So what it has read holds until it writes, and what it has written holds unless
//! the transaction fails, after which all is forgotten. The functions of the stores keep to that: whoever writes what
//! could be remembered says so here. In builds with assertions, and so in tests and in the simulation, whatever is
//! remembered is compared with what the database has each time that it is used.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::error::Result;
use crate::host::Sql;
use crate::noun::NounDef;
use crate::object::turn::Row;
use crate::value::{Cell as Value, CellRef};

/// A larger row is read each time: it would be in memory twice for as long as the object is awake.
const LARGEST_ROW: usize = 16 << 10;

/// What is remembered.
#[derive(Debug, Default)]
pub struct Memory {
    /// The noun and the id of the thing that the object is.
    thing: Option<(String, String)>,
    /// Its row.
    row: RefCell<Option<Row>>,
    /// When there is something to be done, if at all.
    next_due: Cell<Next>,
    /// The number of the last event.
    last_event: Cell<Option<u64>>,
    /// Nobody elsewhere waits for events of this object.
    unwatched: Cell<bool>,
    /// No flow of this object waits for an event.
    unwaited: Cell<bool>,
    /// Whether the tables are there that few objects need.
    extras: Cell<Option<bool>>,
}

/// When there is something to be done, as far as that is known.
#[derive(Clone, Copy, Debug, Default)]
enum Next {
    #[default]
    Unknown,
    At(Option<i64>),
}

impl Memory {
    /// After this, everything is asked anew.
    fn forget(&self) {
        self.row.take();
        self.next_due.take();
        self.last_event.take();
        self.unwatched.take();
        self.unwaited.take();
        self.extras.take();
    }
}

/// The database of an object, with what the object remembers of it.
pub(crate) struct Remembered {
    sql: Rc<dyn Sql>,
    memory: Memory,
}

impl Remembered {
    pub fn new(sql: Rc<dyn Sql>, thing: Option<(String, String)>) -> Self {
        let memory = Memory {
            thing,
            ..Memory::default()
        };
        Self { sql, memory }
    }
}

impl Sql for Remembered {
    fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Vec<Value>>> {
        self.sql.query(sql, params)
    }

    fn execute(&self, sql: &str, params: &[Value]) -> Result<u64> {
        self.sql.execute(sql, params)
    }

    fn append(&self, sql: &'static str, params: &[CellRef<'_>]) -> Result<()> {
        self.sql.append(sql, params)
    }

    fn overwrite(&self, sql: &str, params: &[Value]) -> Result<()> {
        self.sql.overwrite(sql, params)
    }

    fn change(&self, sql: &str, params: &[Value]) -> Result<u64> {
        self.sql.change(sql, params)
    }

    fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let done = self.sql.transaction(body);
        if done.is_err() {
            self.memory.forget();
        }
        done
    }

    fn read_only(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        self.sql.read_only(body)
    }

    fn memory(&self) -> Option<&Memory> {
        Some(&self.memory)
    }
}

/// Everything may have changed.
pub(crate) fn forget(sql: &dyn Sql) {
    if let Some(memory) = sql.memory() {
        memory.forget();
    }
}

/// Compares, in builds with assertions, what is remembered with what is so.
fn compare<T: PartialEq + std::fmt::Debug>(known: &T, ask: impl FnOnce() -> Result<T>) {
    if cfg!(debug_assertions)
        && let Ok(found) = ask()
    {
        assert_eq!(*known, found, "what is remembered is not so");
    }
}

// ---- the row of the object's own thing ----

/// The memory of an object that is this thing.
fn of_thing<'a>(sql: &'a dyn Sql, def: &NounDef, id: &str) -> Option<&'a Memory> {
    sql.memory().filter(|memory| {
        let thing = memory.thing.as_ref();
        thing.is_some_and(|(noun, own)| noun == def.name && own == id)
    })
}

/// Whether the object is this thing: then its table has no other row.
pub(crate) fn is_own(sql: &dyn Sql, def: &NounDef, id: &str) -> bool {
    of_thing(sql, def, id).is_some()
}

/// The row of a thing: as it is remembered, or else as it is found by asking.
pub(crate) fn row(
    sql: &dyn Sql,
    def: &NounDef,
    id: &str,
    ask: impl Fn() -> Result<Option<Row>>,
) -> Result<Option<Row>> {
    let Some(memory) = of_thing(sql, def, id) else {
        return ask();
    };
    let known = memory.row.borrow().clone();
    if known.is_some() {
        compare(&known, ask);
        return Ok(known);
    }
    let found = ask()?;
    if let Some(row) = &found {
        wrote_row(sql, def, row);
    }
    Ok(found)
}

/// A row has been written, and is this now.
pub(crate) fn wrote_row(sql: &dyn Sql, def: &NounDef, row: &Row) {
    if let Some(memory) = of_thing(sql, def, &row.id) {
        let bytes: usize = row.cells.iter().map(Value::bytes).sum();
        let kept = (bytes <= LARGEST_ROW).then(|| row.clone());
        memory.row.replace(kept);
    }
}

// ---- when there is something to be done ----

/// When there is something to be done: as it is remembered, or else as it is found by asking.
pub(crate) fn next_due(
    sql: &dyn Sql,
    ask: impl Fn() -> Result<Option<i64>>,
) -> Result<Option<i64>> {
    let Some(memory) = sql.memory() else {
        return ask();
    };
    if let Next::At(known) = memory.next_due.get() {
        compare(&known, ask);
        return Ok(known);
    }
    let found = ask()?;
    memory.next_due.set(Next::At(found));
    Ok(found)
}

/// One more thing is to be done at a time.
pub(crate) fn added_due(sql: &dyn Sql, at: Option<i64>) {
    if let Some(memory) = sql.memory()
        && let (Next::At(known), Some(at)) = (memory.next_due.get(), at)
    {
        let next = known.map_or(at, |known| known.min(at));
        memory.next_due.set(Next::At(Some(next)));
    }
}

/// Something is to be done at another time, or not any more.
pub(crate) fn changed_due(sql: &dyn Sql) {
    if let Some(memory) = sql.memory() {
        memory.next_due.take();
    }
}

// ---- tables ----

/// Whether the tables are there that few objects need: as it is remembered, or else as it is found by asking.
pub(crate) fn has_extras(sql: &dyn Sql, ask: impl Fn() -> Result<bool>) -> Result<bool> {
    let Some(memory) = sql.memory() else {
        return ask();
    };
    if let Some(known) = memory.extras.get() {
        compare(&known, ask);
        return Ok(known);
    }
    let found = ask()?;
    memory.extras.set(Some(found));
    Ok(found)
}

/// They are there from now on, or were found not to be.
pub(crate) fn know_extras(sql: &dyn Sql, are_there: bool) {
    if let Some(memory) = sql.memory() {
        memory.extras.set(Some(are_there));
    }
}

// ---- events ----

/// The number of the last event: as it is remembered, or else as it is found by asking.
pub(crate) fn last_event(sql: &dyn Sql, ask: impl Fn() -> Result<u64>) -> Result<u64> {
    match sql.memory().and_then(|memory| memory.last_event.get()) {
        Some(known) => {
            compare(&known, ask);
            Ok(known)
        }
        None => ask(),
    }
}

/// An event has been written under this number.
pub(crate) fn wrote_event(sql: &dyn Sql, number: u64) {
    if let Some(memory) = sql.memory() {
        memory.last_event.set(Some(number));
    }
}

/// Whether somebody elsewhere may wait for events: not if it is remembered that nobody does, or found by asking whether
/// anybody does.
pub(crate) fn may_be_watched(sql: &dyn Sql, ask: impl Fn() -> Result<bool>) -> Result<bool> {
    may(sql, |memory| &memory.unwatched, ask)
}

/// Somebody elsewhere waits for events from now on.
pub(crate) fn watched(sql: &dyn Sql) {
    if let Some(memory) = sql.memory() {
        memory.unwatched.set(false);
    }
}

/// Whether a flow of this object may wait for an event: not if it is remembered that none does, or found by asking whether
/// any does.
pub(crate) fn may_be_waited_for(sql: &dyn Sql, ask: impl Fn() -> Result<bool>) -> Result<bool> {
    may(sql, |memory| &memory.unwaited, ask)
}

/// A flow of this object waits for an event from now on.
pub(crate) fn waited_for(sql: &dyn Sql) {
    if let Some(memory) = sql.memory() {
        memory.unwaited.set(false);
    }
}

fn may(
    sql: &dyn Sql,
    none: impl Fn(&Memory) -> &Cell<bool>,
    ask: impl Fn() -> Result<bool>,
) -> Result<bool> {
    let Some(memory) = sql.memory() else {
        return Ok(true);
    };
    if none(memory).get() {
        compare(&false, ask);
        return Ok(false);
    }
    let any = ask()?;
    none(memory).set(!any);
    Ok(any)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::rc::Rc;

    use super::{
        Remembered, added_due, changed_due, last_event, may_be_watched, next_due, watched,
        wrote_event,
    };
    use crate::error::{Error, Result};
    use crate::host::Sql;
    use crate::value::Cell as Value;

    /// A database that is never asked: the answers are in the test.
    struct Nothing;

    impl Sql for Nothing {
        fn query(&self, sql: &str, _: &[Value]) -> Result<Vec<Vec<Value>>> {
            Err(Error::internal(sql))
        }
        fn execute(&self, sql: &str, _: &[Value]) -> Result<u64> {
            Err(Error::internal(sql))
        }
        fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
            body()
        }
        fn read_only(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
            body()
        }
    }

    fn remembered() -> Remembered {
        Remembered::new(Rc::new(Nothing), None)
    }

    /// A database that does not answer: only what is remembered can be had.
    fn broken<T>() -> Result<T> {
        Err(Error::internal("it was asked"))
    }

    #[test]
    fn the_next_time_is_known_until_one_is_changed() {
        let sql = remembered();
        assert!(next_due(&sql, broken).is_err());
        assert_eq!(next_due(&sql, || Ok(Some(7))).unwrap(), Some(7));
        added_due(&sql, None);
        added_due(&sql, Some(9));
        assert_eq!(next_due(&sql, broken).unwrap(), Some(7));
        added_due(&sql, Some(5));
        assert_eq!(next_due(&sql, broken).unwrap(), Some(5));
        changed_due(&sql);
        assert!(next_due(&sql, broken).is_err());
        added_due(&sql, Some(5));
        assert!(
            next_due(&sql, broken).is_err(),
            "there may be an earlier one"
        );
    }

    #[test]
    fn nobody_waits_until_somebody_does() {
        let sql = remembered();
        assert!(!may_be_watched(&sql, || Ok(false)).unwrap());
        assert!(!may_be_watched(&sql, broken).unwrap());
        watched(&sql);
        assert!(may_be_watched(&sql, || Ok(true)).unwrap());
        assert!(
            may_be_watched(&sql, broken).is_err(),
            "it may have been the last"
        );
    }

    #[test]
    fn a_failed_transaction_makes_it_forget() {
        let sql = remembered();
        wrote_event(&sql, 3);
        assert_eq!(last_event(&sql, broken).unwrap(), 3);
        sql.transaction(&mut || {
            wrote_event(&sql, 4);
            Ok(())
        })
        .unwrap();
        assert_eq!(last_event(&sql, broken).unwrap(), 4);
        let refused = sql.transaction(&mut || {
            wrote_event(&sql, 5);
            Err(Error::refused("no"))
        });
        assert!(refused.is_err());
        assert_eq!(last_event(&sql, || Ok(4)).unwrap(), 4);
    }

    #[test]
    #[cfg(debug_assertions)]
    fn what_is_not_so_is_noticed() {
        let sql = remembered();
        wrote_event(&sql, 3);
        let asked = Cell::new(0);
        let there = || {
            asked.set(asked.get() + 1);
            Ok(4)
        };
        assert!(catch_unwind(AssertUnwindSafe(|| last_event(&sql, there))).is_err());
        assert_eq!(asked.get(), 1);
    }
}
