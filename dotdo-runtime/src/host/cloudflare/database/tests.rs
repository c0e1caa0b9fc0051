use std::cell::{Cell as StdCell, RefCell};
use std::rc::Rc;

use dotdo_wasm::Said;
use proptest::prelude::*;

use super::{Database, Platform, statement};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::host::cloudflare::wire::{decode, encode};
use crate::host::sqlite::{self, Syncs};
use crate::value::{Cell, CellRef};

/// A database of this process, which does everything at once.
fn plain() -> sqlite::Database {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let syncs = Syncs {
        commits: false,
        beginnings: false,
        pages: Syncs::PAGES,
    };
    let database = sqlite::Database::over(connection, "it".to_owned(), syncs).unwrap();
    for sql in [
        "CREATE TABLE a (n INTEGER PRIMARY KEY, v)",
        "CREATE TABLE b (n INTEGER PRIMARY KEY, v, w)",
        "CREATE TABLE t (x, y, z)",
        "INSERT INTO t VALUES ('', 0, 0)",
    ] {
        database.execute(sql, &[]).unwrap();
    }
    database
}

/// What the shim and the platform do.
struct Engine {
    database: Rc<sqlite::Database>,
    /// What the shim keeps for this instance.
    texts: RefCell<Vec<String>>,
    /// So many statements go well before one fails, if any does.
    fails_after: Rc<StdCell<Option<u32>>>,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            database: Rc::new(plain()),
            texts: RefCell::default(),
            fails_after: Rc::default(),
        }
    }
}

impl Engine {
    /// The same database, for an instance that knows nothing yet.
    fn anew(&self) -> Self {
        Self {
            database: self.database.clone(),
            texts: RefCell::default(),
            fails_after: self.fails_after.clone(),
        }
    }

    fn run(&self, sql: &str, params: &[Cell]) -> Result<(u64, Vec<Vec<Cell>>)> {
        if let Some(left) = self.fails_after.get() {
            self.fails_after.set(left.checked_sub(1));
            if left == 0 {
                let text = "database or disk is full: SQLITE_FULL";
                return Err(Error::new(ErrorKind::Storage, text));
            }
        }
        if statement::writes(sql) {
            Ok((self.database.execute(sql, params)?, Vec::new()))
        } else {
            Ok((0, self.database.query(sql, params)?))
        }
    }

    fn several(&self, cells: &[Cell]) -> Result<usize> {
        let number = |at: usize| match cells[at] {
            Cell::Integer(number) => usize::try_from(number).unwrap(),
            ref other => panic!("{other:?} at {at} of {cells:?}"),
        };
        let (begin, mut at) = (number(0), 2 + number(1));
        let mut texts = self.texts.borrow()[..begin].to_vec();
        texts.extend(cells[2..at].iter().map(|text| match text {
            Cell::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        }));
        let mut rows = 0;
        while at < cells.len() {
            let from = at + 2;
            let text = &texts[number(at)];
            at = from + number(at + 1);
            self.run(text, &cells[from..at])?;
            rows += 1;
        }
        if begin < texts.len() {
            self.texts.replace(texts);
        }
        Ok(rows)
    }
}

impl Platform for Engine {
    fn sql(&self, message: &[u8]) -> Said {
        let cells = decode(message).unwrap();
        let said = match cells.split_first().unwrap() {
            (Cell::Integer(0), rest) => self.several(rest).map(Said::Changed),
            (Cell::Text(sql), params) => self.run(sql, params).map(|(changed, rows)| {
                if rows.is_empty() {
                    return Said::Changed(usize::try_from(changed).unwrap());
                }
                let width = Cell::Integer(i64::try_from(rows[0].len()).unwrap());
                let head = [Cell::Integer(0), Cell::Integer(0), width];
                let cells: Vec<Cell> = head.into_iter().chain(rows.into_iter().flatten()).collect();
                Said::Reply(encode(&cells))
            }),
            (other, _) => panic!("{other:?}"),
        };
        let failed = |error: Error| encode(&[Cell::Integer(1), error.message().into()]);
        said.unwrap_or_else(|error| Said::Reply(failed(error)))
    }

    fn transaction(&self, body: &mut dyn FnMut() -> bool) -> Vec<u8> {
        let undone = || Error::refused("undone");
        let _ = self
            .database
            .transaction(&mut || body().then_some(()).ok_or_else(undone));
        Vec::new()
    }
}

const ALL: &str = "SELECT x, y, z, (SELECT group_concat(n || '.' || v) FROM a), \
                   (SELECT group_concat(n || '.' || v || '.' || w) FROM b) FROM t";

#[derive(Clone, Debug)]
enum Step {
    Append(u8, i64),
    Overwrite(u8, i64),
    Change,
    Execute,
    Query,
    /// In a transaction of its own, which is kept or not.
    Within(Vec<Step>, bool),
}

impl Step {
    /// Does it, and says what there is to see.
    fn on(&self, sql: &dyn Sql) -> Result<Option<Vec<Vec<Cell>>>> {
        match self {
            Self::Append(0, n) => sql.append("INSERT INTO a (v) VALUES (?1)", &[(*n).into()])?,
            Self::Append(_, n) => {
                let params = [CellRef::Integer(*n), CellRef::Text("w")];
                sql.append("INSERT INTO b (v, w) VALUES (?1, ?2)", &params)?;
            }
            Self::Overwrite(0, n) => sql.overwrite("UPDATE t SET x = ?1", &[(*n).into()])?,
            Self::Overwrite(_, n) => {
                let params = [Cell::Integer(*n), Cell::Text(n.to_string())];
                sql.overwrite("UPDATE t SET z = ?1, x = ?2", &params)?;
            }
            Self::Change => {
                sql.change("UPDATE t SET y = y + 1, x = x || 'c'", &[])?;
            }
            Self::Execute => {
                sql.execute("DELETE FROM a WHERE v % 3 = 0", &[])?;
            }
            Self::Query => return sql.query(ALL, &[]).map(Some),
            Self::Within(..) => {}
        }
        Ok(None)
    }
}

/// Does steps in a transaction of both, which is kept on both or on none. Whoever takes the steps does not care what fails.
fn both(real: &dyn Sql, plain: &dyn Sql, steps: &[Step], kept: bool) -> Result<()> {
    let mut body = || {
        for step in steps {
            if let Step::Within(steps, kept) = step {
                let _ = both(real, plain, steps, *kept);
            } else if let Ok(seen) = step.on(real) {
                assert_eq!(seen, step.on(plain).unwrap(), "{step:?}");
            }
        }
        if kept {
            Ok(())
        } else {
            Err(Error::refused("no"))
        }
    };
    plain.transaction(&mut || real.transaction(&mut body))
}

fn a_step() -> impl Strategy<Value = Step> {
    let number = prop_oneof![9 => 0..100_i64, 1 => Just(i64::MAX)];
    let simple = prop_oneof![
        20 => (0..2_u8, number.clone()).prop_map(|(which, n)| Step::Append(which, n)),
        20 => (0..2_u8, number).prop_map(|(which, n)| Step::Overwrite(which, n)),
        1 => Just(Step::Change),
        1 => Just(Step::Execute),
        1 => Just(Step::Query),
    ];
    simple.prop_recursive(2, 8, 4, |step| {
        prop_oneof![
            30 => step.clone(),
            1 => (prop::collection::vec(step, 0..4), any::<bool>())
                .prop_map(|(steps, kept)| Step::Within(steps, kept)),
        ]
    })
}

#[derive(Clone, Debug)]
enum Act {
    /// Turns that only add and overwrite.
    Busy(u8),
    Turn(Vec<Step>, bool),
    /// A step outside of any transaction.
    Alone(Step),
    /// The instance is gone; there is another.
    Gone,
    /// A statement fails that comes after so many.
    Full(u32),
}

fn an_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..70_u8).prop_map(Act::Busy),
        8 => (prop::collection::vec(a_step(), 0..6), prop::bool::weighted(0.8))
            .prop_map(|(steps, kept)| Act::Turn(steps, kept)),
        1 => a_step().prop_map(Act::Alone),
        1 => Just(Act::Gone),
        1 => (0..12_u32).prop_map(Act::Full),
    ]
}

/// One that is new, on the same data.
fn successor(of: &Engine) -> Database<Engine> {
    Database {
        platform: of.anew(),
        ..Database::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn whenever_it_is_done_all_is_as_if_it_had_been_done_at_once(acts in prop::collection::vec(an_act(), 0..40)) {
        let engine = Engine::default();
        let mut real = successor(&engine);
        let plain = plain();
        for act in &acts {
            match act {
                Act::Busy(turns) => for n in 0..*turns {
                    let which = n % 2;
                    let n = n.into();
                    let steps = [Step::Append(0, n), Step::Overwrite(which, n), Step::Append(1, n)];
                    let _ = both(&real, &plain, &steps, true);
                },
                Act::Turn(steps, kept) => { let _ = both(&real, &plain, steps, *kept); }
                Act::Alone(step) => match step.on(&real) {
                    Ok(seen) => assert_eq!(seen, step.on(&plain).unwrap()),
                    Err(error) => assert_eq!(error.kind(), ErrorKind::Storage),
                },
                Act::Gone => real = successor(&engine),
                Act::Full(after) => engine.fails_after.set(Some(*after)),
            }
        }
        engine.fails_after.set(None);
        let seen = real.query(ALL, &[]).unwrap();
        assert_eq!(seen, plain.query(ALL, &[]).unwrap());
        assert_eq!(successor(&engine).query(ALL, &[]).unwrap(), seen, "nothing is done twice");
    }
}

/// Turns of a busy object.
fn busy(database: &Database<Engine>, turns: std::ops::Range<i64>) {
    for n in turns {
        let done = database.transaction(&mut || {
            Step::Append(0, n).on(database)?;
            Step::Overwrite(0, n).on(database).map(drop)
        });
        done.unwrap();
    }
}

/// How many rows are in the table to which turns add, and what the newest number is that they wrote.
fn in_tables(engine: &Engine) -> (i64, i64) {
    let sql = "SELECT (SELECT count(*) FROM a), x FROM t";
    let rows = engine.database.query(sql, &[]).unwrap();
    let number = |at: usize| rows[0][at].as_integer().unwrap();
    (number(0), number(1))
}

fn is_table(engine: &Engine) -> bool {
    let found = engine.database.query(super::ahead::FIND, &[]);
    !found.unwrap().is_empty()
}

#[test]
fn turns_of_which_nobody_asks_are_kept_in_one_place() {
    let engine = Engine::default();
    let database = successor(&engine);
    busy(&database, 0..16);
    assert!(!is_table(&engine), "most objects never do so much");
    busy(&database, 16..79);
    assert_eq!(in_tables(&engine), (16, 15));
    busy(&database, 79..80);
    assert_eq!(in_tables(&engine), (80, 79), "there is no more room");
    busy(&database, 80..90);
    assert_eq!(in_tables(&engine), (80, 79));
    assert_eq!(
        database.query("SELECT count(*) FROM a", &[]).unwrap(),
        [[90_i64.into()]]
    );
    busy(&database, 90..106);
    assert_eq!(in_tables(&engine), (106, 105), "somebody may ask again");
    busy(&database, 106..110);
    assert_eq!(in_tables(&engine), (106, 105));
    assert_eq!(database.change("UPDATE t SET y = y", &[]).unwrap(), 1);
    assert_eq!(in_tables(&engine), (110, 109));
}

#[test]
fn what_is_kept_is_done_by_the_next_instance_with_the_words_of_the_last() {
    let engine = Engine::default();
    let mut database = successor(&engine);
    for times in 1..4 {
        let n = times * 100;
        busy(&database, n..n + 30);
        assert_eq!(in_tables(&engine), (times * 30 - 14, n + 15));
        // Nobody asked, and it is gone.
        database = successor(&engine);
        assert_eq!(
            database.query("SELECT x FROM t", &[]).unwrap(),
            [[(n + 29).into()]]
        );
        assert_eq!(in_tables(&engine), (times * 30, n + 29));
    }
}

#[test]
fn what_a_turn_wrote_that_is_long_is_not_kept() {
    let engine = Engine::default();
    let database = successor(&engine);
    busy(&database, 0..20);
    let long = "x".repeat(5000);
    let insert = "INSERT INTO b (v) VALUES (?1)";
    let done = database.transaction(&mut || database.append(insert, &[CellRef::Text(&long)]));
    done.unwrap();
    assert_eq!(
        in_tables(&engine),
        (20, 19),
        "and what was before it comes first"
    );
}

#[test]
fn a_table_that_makes_no_sense_is_said() {
    let engine = Engine::default();
    busy(&successor(&engine), 0..20);
    let sql = r#"UPDATE "$ahead" SET "content" = 7 WHERE "slot" = 1"#;
    engine.database.execute(sql, &[]).unwrap();
    let error = successor(&engine).query("SELECT 1", &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert!(error.message().contains("`$ahead`"), "{error}");
}
