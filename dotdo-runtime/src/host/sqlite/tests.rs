//! Transactions that are committed together, rows that are put off, disks that are full.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use rusqlite::Connection;

use super::{AHEAD, Database, Syncs, TOGETHER};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::host::recorder::{Recorder, Texts};
use crate::value::{Cell, CellRef};

fn open(path: &Path) -> Database {
    let syncs = Syncs {
        commits: false,
        beginnings: true,
        pages: Syncs::PAGES,
    };
    let connection = Connection::open(path).unwrap();
    let database = Database::of(connection, "it".to_owned(), "EXCLUSIVE", syncs).unwrap();
    let recorder = Recorder::new(Arc::new(Texts::default()));
    database.recorded(recorder, None).unwrap()
}

fn file(folder: &tempfile::TempDir) -> std::path::PathBuf {
    let path = folder.path().join("it.sqlite");
    let database = open(&path);
    database.execute("CREATE TABLE t (x)", &[]).unwrap();
    database.settle().unwrap();
    path
}

fn insert(database: &Database, fill: usize) -> Result<u64> {
    let fill = Cell::Blob(vec![7; fill]);
    database.execute("INSERT INTO t VALUES (?1)", &[fill])
}

fn count(database: &Database) -> i64 {
    let rows = database.query("SELECT count(*) FROM t", &[]).unwrap();
    rows[0][0].as_integer().unwrap()
}

#[test]
fn some_transactions_are_committed_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let database = open(&path);
    for n in 1..TOGETHER {
        insert(&database, 1).unwrap();
        assert!(database.is_ahead());
        assert_eq!(count(&database), i64::from(n));
    }
    // As in a crash: the file has none of them.
    drop(database);
    let database = open(&path);
    assert_eq!((count(&database), database.turn().unwrap()), (0, 1));

    for _ in 0..TOGETHER {
        insert(&database, 1).unwrap();
    }
    assert!(!database.is_ahead());
    insert(&database, AHEAD).unwrap();
    assert!(!database.is_ahead(), "much is not kept");
    assert_eq!(database.turn().unwrap(), TOGETHER + 2);
    drop(database);
    assert_eq!(count(&open(&path)), i64::from(TOGETHER) + 1);
}

#[test]
fn a_refused_transaction_leaves_those_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&file(&folder));
    insert(&database, 1).unwrap();
    let refused = database.transaction(&mut || {
        insert(&database, 1)?;
        let _: Result<()> = database.transaction(&mut || {
            insert(&database, 1)?;
            Err(Error::refused("inside"))
        });
        assert_eq!(count(&database), 2);
        Err(Error::refused("outside"))
    });
    assert!(refused.is_err());
    assert_eq!(count(&database), 1);
    assert!(
        !database.is_ahead(),
        "what has been done again is committed, so that it is not done once more"
    );
    insert(&database, 1).unwrap();
    assert_eq!(database.take_recorded().unwrap().count, 2);

    // Whoever has written nothing undoes nothing.
    let refused = database.transaction(&mut || {
        assert_eq!(count(&database), 2);
        Err(Error::refused("no"))
    });
    assert!(refused.is_err());
    assert!(!database.connection.is_autocommit());
    assert!(database.is_ahead());

    database.settle().unwrap();
    assert_eq!((count(&database), database.turn().unwrap()), (2, 3));
}

/// The disk is full when the file has so many pages.
fn limit(database: &Database, pages: u32) {
    let limit = format!("PRAGMA max_page_count = {pages}");
    database
        .connection
        .query_row(&limit, [], |_| Ok(()))
        .unwrap();
}

#[test]
fn what_a_full_disk_rolls_back_is_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let database = open(&path);
    let limit = |pages| limit(&database, pages);
    insert(&database, 1).unwrap();
    limit(4);
    let error = insert(&database, 40_000).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
    // `SQLite` may do this by itself, and does when it cannot write its log.
    if !database.connection.is_autocommit() {
        database.connection.execute_batch("ROLLBACK").unwrap();
    }
    assert!(database.is_ahead());
    assert_eq!(count(&database), 1, "it is there again");
    assert_eq!(database.take_recorded().unwrap().count, 1);

    // The same when there is no time for it any more.
    insert(&database, 1).unwrap();
    database.connection.execute_batch("ROLLBACK").unwrap();
    let ahead = database.ahead().unwrap();
    let texts = database.recorder.as_ref().unwrap().texts().clone();
    drop(database);
    let next = open(&path);
    assert_eq!(count(&next), 1);
    let next = Database {
        recorder: Some(Recorder::new(texts)),
        ..next
    };
    next.go_on(ahead).unwrap();
    assert_eq!((count(&next), next.turn().unwrap()), (2, 3));
    assert!(!next.is_ahead());
}

/// What the connection has, without what was put off.
fn done(database: &Database) -> i64 {
    let count = database
        .connection
        .query_row("SELECT count(*) FROM t", [], |row| row.get(0));
    count.unwrap()
}

fn append(database: &Database) -> Result<()> {
    database.append("INSERT INTO t VALUES (?1)", &["a row".into()])
}

#[test]
fn appended_rows_are_put_off_until_somebody_may_see_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let database = open(&path);
    for n in 1..=3 {
        database
            .transaction(&mut || {
                append(&database)?;
                database.change("UPDATE t SET x = 'none yet'", &[])?;
                append(&database)
            })
            .unwrap();
        assert_eq!(done(&database), 0);
        assert_eq!(database.writes(), n * 2);
    }
    assert_eq!(count(&database), 6);
    assert_eq!(done(&database), 6);

    database.transaction(&mut || append(&database)).unwrap();
    let rows = database.execute("UPDATE t SET x = 'all'", &[]).unwrap();
    assert_eq!(rows, 7, "whatever may have to do with them comes later");

    database.transaction(&mut || append(&database)).unwrap();
    assert_eq!(done(&database), 7);
    database.settle().unwrap();
    drop(database);
    assert_eq!(count(&open(&path)), 8);
}

#[test]
fn what_was_put_off_is_undone_with_its_transaction_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&file(&folder));
    let append = || append(&database);
    let fail = || Err::<(), _>(Error::refused("no"));
    database.transaction(&mut || append()).unwrap();

    let refused = database.transaction(&mut || append().and_then(|()| fail()));
    assert!(refused.is_err());
    assert!(
        database.is_ahead(),
        "nothing was done, so nothing is undone"
    );
    assert_eq!((done(&database), count(&database)), (0, 1));

    database.transaction(&mut || append()).unwrap();
    let refused = database.transaction(&mut || {
        append()?;
        assert_eq!(count(&database), 3);
        fail()
    });
    assert!(refused.is_err());
    assert_eq!(count(&database), 2);

    // Inside of another one, whether or not somebody looked.
    for look in [false, true] {
        let before = count(&database);
        database
            .transaction(&mut || {
                append()?;
                let refused = database.transaction(&mut || {
                    append()?;
                    if look {
                        assert_eq!(count(&database), before + 2);
                    }
                    fail()
                });
                assert!(refused.is_err());
                database.transaction(&mut || append())
            })
            .unwrap();
        assert_eq!(count(&database), before + 2);
    }
    database.settle().unwrap();
    assert_eq!(done(&database), 6);
    let recorded = database.take_recorded().unwrap();
    assert_eq!(recorded.count, 4);
}

#[test]
fn what_was_put_off_and_finds_the_disk_full_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let database = open(&path);
    let limit = |pages| limit(&database, pages);
    limit(3);
    for _ in 0..3 {
        let append = || {
            let fill = CellRef::Blob(&[7; 9_000]);
            database.append("INSERT INTO t VALUES (?1)", &[fill])
        };
        database.transaction(&mut || append()).unwrap();
    }
    assert_eq!(database.settle().unwrap_err().kind(), ErrorKind::Storage);
    assert!(database.is_ahead());
    assert_eq!(done(&database), 0);
    limit(1000);
    database.settle().unwrap();
    assert!(!database.is_ahead());
    drop(database);
    assert_eq!(count(&open(&path)), 3);
}

/// A file with one row of two columns.
fn row(folder: &tempfile::TempDir) -> std::path::PathBuf {
    let path = folder.path().join("row.sqlite");
    let database = open(&path);
    let text = "CREATE TABLE r (id INTEGER PRIMARY KEY, a, b, version)";
    database.execute(text, &[]).unwrap();
    database
        .execute("INSERT INTO r VALUES (1, 0, 0, 0)", &[])
        .unwrap();
    database.settle().unwrap();
    path
}

const A: &str = "UPDATE r SET version = ?2, a = ?3 WHERE id = ?1";
const B: &str = "UPDATE r SET version = ?2, b = ?3 WHERE id = ?1";
const BOTH: &str = "UPDATE r SET version = ?2, a = ?3, b = ?3 WHERE id = ?1";

fn overwrite(database: &Database, text: &str, version: i64) -> Result<()> {
    database.overwrite(text, &[1_i64.into(), version.into(), (version * 10).into()])
}

/// Version, a and b as the connection has them.
fn done_to_row(database: &Database) -> (i64, i64, i64) {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let text = "SELECT version, a, b FROM r";
    database.connection.query_row(text, [], read).unwrap()
}

fn seen(database: &Database) -> (i64, i64, i64) {
    database.query("SELECT 1", &[]).unwrap();
    done_to_row(database)
}

#[test]
fn the_last_of_those_that_overwrite_stands_for_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = row(&folder);
    let database = open(&path);
    let changed = database.connection.total_changes();
    for version in 1..=40 {
        database
            .transaction(&mut || overwrite(&database, A, version))
            .unwrap();
    }
    assert_eq!(done_to_row(&database), (0, 0, 0));
    assert_eq!(seen(&database), (40, 400, 0));
    assert_eq!(database.connection.total_changes(), changed + 1);
    // What is in the record is all of it: whoever does it again comes to the same.
    assert_eq!(database.take_recorded().unwrap().count, 40);
    database.settle().unwrap();
    drop(database);
    assert_eq!(done_to_row(&open(&path)), (40, 400, 0));
}

#[test]
fn whatever_comes_next_finds_what_was_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&row(&folder));
    database
        .transaction(&mut || overwrite(&database, A, 1))
        .unwrap();
    // A change of the same row must not come before it.
    let text = "UPDATE r SET version = 2, a = 7";
    assert_eq!(database.change(text, &[]).unwrap(), 1);
    assert_eq!(seen(&database), (2, 7, 0));
    database
        .transaction(&mut || {
            overwrite(&database, A, 3)?;
            let text = "UPDATE r SET a = a + 1 WHERE version = 3";
            assert_eq!(database.execute(text, &[])?, 1);
            overwrite(&database, B, 4)
        })
        .unwrap();
    assert_eq!(seen(&database), (4, 31, 40));
    // Where nothing is recorded, and outside of a transaction, nothing is put off.
    overwrite(&database, A, 5).unwrap();
    assert_eq!(done_to_row(&database), (5, 50, 40));
    let refused = database.read_only(&mut || overwrite(&database, A, 6));
    assert!(refused.is_err());
    assert_eq!(seen(&database), (5, 50, 40));
}

/// What is done to the row of [`row`].
#[derive(Clone, Debug)]
enum Act {
    Overwrite(&'static str),
    Look,
    /// A transaction of its own, inside, which fails or does not.
    Inside(bool),
}

proptest! {
    #[test]
    fn columns_that_are_overwritten_have_the_last_value_of_a_transaction_that_was_kept(
        turns in prop::collection::vec((prop::collection::vec(prop_oneof![
            6 => prop::sample::select(vec![A, B, BOTH]).prop_map(Act::Overwrite),
            1 => Just(Act::Look),
            1 => any::<bool>().prop_map(Act::Inside),
        ], 1..6), any::<bool>(), 0..8_u8), 1..60)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = row(&folder);
        let database = open(&path);
        let set = |state: &mut (i64, i64, i64), text: &str, version: i64| {
            state.0 = version;
            if text != B { state.1 = version * 10; }
            if text != A { state.2 = version * 10; }
        };
        let (mut version, mut kept) = (0, (0, 0, 0));
        for (acts, fails, then) in turns {
            let mut state = kept;
            let done = database.transaction(&mut || {
                for act in &acts {
                    version += 1;
                    match act {
                        Act::Overwrite(text) => {
                            overwrite(&database, text, version)?;
                            set(&mut state, text, version);
                        }
                        Act::Look => assert_eq!(seen(&database), state),
                        Act::Inside(fails) => {
                            let done = database.transaction(&mut || {
                                overwrite(&database, BOTH, version)?;
                                if *fails { Err(Error::refused("inside")) } else { Ok(()) }
                            });
                            if done.is_ok() { set(&mut state, BOTH, version); }
                        }
                    }
                }
                if fails { Err(Error::refused("outside")) } else { Ok(()) }
            });
            prop_assert_eq!(done.is_err(), fails);
            if !fails { kept = state; }
            match then {
                0 => prop_assert_eq!(seen(&database), kept),
                1 => {
                    database.settle().unwrap();
                    prop_assert_eq!(done_to_row(&database), kept);
                }
                // The file's transaction is gone, as when the disk is full.
                2 if !database.connection.is_autocommit() => {
                    database.connection.execute_batch("ROLLBACK").unwrap();
                }
                _ => {}
            }
        }
        prop_assert_eq!(seen(&database), kept);
        database.settle().unwrap();
        drop(database);
        prop_assert_eq!(done_to_row(&open(&path)), kept);
    }
}
