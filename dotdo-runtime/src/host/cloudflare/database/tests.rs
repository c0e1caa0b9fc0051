use std::cell::{Cell as StdCell, RefCell};
use std::rc::Rc;

use proptest::prelude::*;
use rusqlite::types::{Value as Stored, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::{Database, Platform, Said};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::host::cloudflare::wire::{decode, encode};
use crate::value::{Cell, CellRef};

/// What the shim and the platform do, with a database of this process.
#[derive(Clone)]
struct Engine {
    connection: Rc<Connection>,
    /// What the shim keeps for this instance.
    texts: RefCell<Vec<String>>,
    depth: StdCell<u32>,
    /// So many statements go well before one fails, if any does.
    fails_after: Rc<StdCell<Option<u32>>>,
}

impl Default for Engine {
    fn default() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE a (n INTEGER PRIMARY KEY, v); CREATE TABLE b (n INTEGER PRIMARY KEY, v, w);
                 CREATE TABLE t (x, y, z); INSERT INTO t VALUES ('', 0, 0);",
            )
            .unwrap();
        Self {
            connection: Rc::new(connection),
            texts: RefCell::default(),
            depth: StdCell::default(),
            fails_after: Rc::default(),
        }
    }
}

impl Engine {
    /// The same database, for an instance that knows nothing yet.
    fn anew(&self) -> Self {
        Self {
            texts: RefCell::default(),
            ..self.clone()
        }
    }

    fn run(
        &self,
        sql: &str,
        params: &[Cell],
    ) -> std::result::Result<(u64, Vec<Vec<Cell>>), String> {
        if let Some(left) = self.fails_after.get() {
            self.fails_after.set(left.checked_sub(1));
            if left == 0 {
                return Err("database or disk is full: SQLITE_FULL".to_owned());
            }
        }
        let params = params.iter().map(|cell| match cell.clone() {
            Cell::Null => Stored::Null,
            Cell::Integer(number) => Stored::Integer(number),
            Cell::Real(number) => Stored::Real(number),
            Cell::Text(text) => Stored::Text(text),
            Cell::Blob(bytes) => Stored::Blob(bytes),
        });
        let read = || -> rusqlite::Result<_> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let width = statement.column_count();
            let rows = statement.query_map(params_from_iter(params), |row| {
                (0..width)
                    .map(|n| {
                        Ok(match row.get_ref(n)? {
                            ValueRef::Null => Cell::Null,
                            ValueRef::Integer(number) => Cell::Integer(number),
                            ValueRef::Real(number) => Cell::Real(number),
                            ValueRef::Text(text) => {
                                Cell::Text(String::from_utf8_lossy(text).into_owned())
                            }
                            ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
                        })
                    })
                    .collect()
            })?;
            let rows = rows.collect::<rusqlite::Result<Vec<Vec<Cell>>>>()?;
            Ok((self.connection.changes(), rows))
        };
        read().map_err(|error| error.to_string())
    }

    fn several(&self, cells: &[Cell]) -> std::result::Result<usize, String> {
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

    fn control(&self, what: &str) {
        self.connection.execute_batch(what).unwrap();
    }

    fn enter(&self) -> u32 {
        let depth = self.depth.get();
        self.control(&format!("SAVEPOINT s{depth}"));
        self.depth.set(depth + 1);
        depth
    }

    fn leave(&self, depth: u32, kept: bool) {
        self.depth.set(depth);
        if !kept {
            self.control(&format!("ROLLBACK TO s{depth}"));
        }
        self.control(&format!("RELEASE s{depth}"));
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
        said.unwrap_or_else(|text| Said::Reply(encode(&[Cell::Integer(1), text.into()])))
    }

    fn transaction(&self, body: &mut dyn FnMut() -> bool) -> Vec<u8> {
        let depth = self.enter();
        let kept = body();
        self.leave(depth, kept);
        Vec::new()
    }
}

/// A database of which everything is done at once: how it should be.
struct Plain(Engine);

impl Sql for Plain {
    fn query(&self, sql: &str, params: &[Cell]) -> Result<Vec<Vec<Cell>>> {
        let done = self.0.run(sql, params);
        done.map(|(_, rows)| rows).map_err(Error::internal)
    }

    fn execute(&self, sql: &str, params: &[Cell]) -> Result<u64> {
        let done = self.0.run(sql, params);
        done.map(|(changed, _)| changed).map_err(Error::internal)
    }

    fn transaction(&self, _: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        unreachable!("a real one tells it when one begins and ends")
    }

    fn read_only(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        body()
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
fn both(real: &dyn Sql, plain: &Plain, steps: &[Step], kept: bool) -> Result<()> {
    let depth = plain.0.enter();
    let done = real.transaction(&mut || {
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
    });
    plain.0.leave(depth, done.is_ok());
    done
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
        let plain = Plain(Engine::default());
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
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    engine.connection.query_row(sql, [], read).unwrap()
}

fn is_table(engine: &Engine) -> bool {
    !engine.run(super::ahead::FIND, &[]).unwrap().1.is_empty()
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
    engine.control(sql);
    let error = successor(&engine).query("SELECT 1", &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert!(error.message().contains("`$ahead`"), "{error}");
}
