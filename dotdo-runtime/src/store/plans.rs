//! How `SQLite` does what every turn and every waking asks of it: by an index, and without tables made for the occasion,
//! each of which costs as much as a row.

use std::cell::RefCell;

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;

use super::{
    SYSTEM, actions, asks, breakers, events, extras, inbox, letters, outbox, rest, watches,
};
use crate::app::ObjectKey;
use crate::error::{Error, Result};
use crate::event::DomainEvent;
use crate::host::Sql;
use crate::json::Json;
use crate::value::Cell;

/// A database that objects to how something is done.
struct Strict {
    connection: Connection,
    objections: RefCell<Vec<String>>,
}

fn failed(error: &rusqlite::Error) -> Error {
    Error::internal(error)
}

impl Strict {
    fn look(&self, sql: &str, params: &[Cell]) -> rusqlite::Result<()> {
        let params = || rusqlite::params_from_iter(params);
        let steps: Vec<(i64, i64, String)> = self
            .connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?
            .query_map(params(), |row| Ok((row.get(0)?, row.get(1)?, row.get(3)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let codes: Vec<String> = self
            .connection
            .prepare(&format!("EXPLAIN {sql}"))?
            .query_map(params(), |row| row.get(1))?
            .collect::<rusqlite::Result<_>>()?;
        // What is asked for one value ends with the first row.
        let ends = |(_, parent, _): &&(i64, i64, String)| {
            !sql.contains('*')
                && steps
                    .iter()
                    .any(|(id, _, what)| id == parent && what.starts_with("SCALAR SUBQUERY"))
        };
        let bad = steps
            .iter()
            .filter(|step| step.2.starts_with("SCAN") && !step.2.contains("CONSTANT ROW"))
            .filter(|step| !ends(step))
            .map(|(_, _, what)| what.clone())
            .chain(
                codes
                    .into_iter()
                    .filter(|code| code == "OpenEphemeral" || code == "SorterOpen"),
            );
        self.objections
            .borrow_mut()
            .extend(bad.map(|what| format!("{what}: {sql}")));
        Ok(())
    }
}

impl Sql for Strict {
    fn query(&self, sql: &str, params: &[Cell]) -> Result<Vec<Vec<Cell>>> {
        self.look(sql, params).map_err(|e| failed(&e))?;
        let run = || {
            let mut statement = self.connection.prepare(sql)?;
            let width = statement.column_count();
            statement
                .query_map(rusqlite::params_from_iter(params), |row| {
                    (0..width)
                        .map(|i| {
                            Ok(match row.get_ref(i)? {
                                ValueRef::Integer(n) => Cell::Integer(n),
                                ValueRef::Text(text) => {
                                    Cell::Text(String::from_utf8_lossy(text).into_owned())
                                }
                                _ => Cell::Null,
                            })
                        })
                        .collect()
                })?
                .collect::<rusqlite::Result<Vec<Vec<Cell>>>>()
        };
        run().map_err(|e| failed(&e))
    }

    fn execute(&self, sql: &str, params: &[Cell]) -> Result<u64> {
        self.look(sql, params).map_err(|e| failed(&e))?;
        self.connection
            .execute(sql, rusqlite::params_from_iter(params))
            .map(|rows| rows as u64)
            .map_err(|e| failed(&e))
    }

    fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        body()
    }

    fn read_only(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        body()
    }
}

/// A database with the tables that all objects have. It takes what Cloudflare takes.
fn with_tables() -> Strict {
    let sql = Strict {
        connection: Connection::open_in_memory().unwrap(),
        objections: RefCell::default(),
    };
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_COLUMN, 100),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32),
    ] {
        sql.connection.set_limit(limit, most).unwrap();
    }
    for statement in SYSTEM {
        sql.connection.execute(statement, []).unwrap();
    }
    sql
}

/// The same with all others, and one action, a flow that is to begin.
fn with_an_action() -> Strict {
    let sql = with_tables();
    extras::make(&sql).unwrap();
    sql.objections.borrow_mut().clear();
    sql.connection
        .execute(
            r#"INSERT INTO "$actions" ("id", "kind", "name", "target", "actor", "input", "durability", "status", "version", "attempts", "created")
               VALUES ('a1', 'flow', 'bill', '', 'test', 'null', 'do', 'pending', 1, 0, 0)"#,
            [],
        )
        .unwrap();
    sql
}

#[test]
fn what_is_to_be_taken_up_is_seen_at_once() {
    use actions::{Kind, Status};

    let sql = with_an_action();
    let is_open = || rest::look(&sql).unwrap().0;
    let is_asleep = || !rest::told(&sql).unwrap().1;
    let statuses = [
        Status::Pending,
        Status::Running,
        Status::Retrying,
        Status::Undoing,
        Status::Parked,
        Status::Completed,
    ];
    for (status, kind) in statuses.iter().flat_map(|status| {
        let kinds = [Kind::Flow, Kind::Step, Kind::Sleep, Kind::Wait];
        kinds.map(|kind| (*status, kind))
    }) {
        sql.connection
            .execute(
                r#"UPDATE "$actions" SET "status" = ?1, "kind" = ?2, "completed" = iif(?1 = 'completed', 9, NULL)"#,
                [status.word(), kind.word()],
            )
            .unwrap();
        let taken_up = [
            (Status::Pending, Kind::Flow),
            (Status::Parked, Kind::Flow),
            (Status::Running, Kind::Step),
        ];
        let expected = taken_up.contains(&(status, kind));
        assert_eq!(is_open(), expected, "{status:?} {kind:?}");
        assert_eq!(
            is_asleep(),
            status == Status::Completed,
            "{status:?} {kind:?}"
        );
        assert_eq!(
            expected,
            taken_up
                .iter()
                .any(|(status, kind)| !actions::open(&sql, *status, *kind).unwrap().is_empty())
        );
    }
    outbox::mark(&sql, "m1", &ObjectKey::tenant("shop.example"), 7).unwrap();
    assert!(is_open() && !is_asleep());
    outbox::remove(&sql, "m1").unwrap();
    assert!(!is_open() && is_asleep());
    let next = |column: &str, at: i64| {
        let change = format!(r#"UPDATE "$actions" SET "{column}" = ?1"#);
        sql.connection.execute(&change, [at]).unwrap();
        rest::look(&sql).unwrap().1
    };
    assert_eq!(next("due", 9), Some(9));
    assert_eq!(next("deadline", 5), Some(5));
    sql.connection
        .execute(
            r#"INSERT INTO "$schedules" ("name", "phrase", "zone", "next", "runs") VALUES ('s', 'daily', 'UTC', 3, 0)"#,
            [],
        )
        .unwrap();
    assert!(is_open() && !is_asleep());
}

#[test]
fn tables_that_few_objects_need_are_made_with_their_first_row() {
    let sql = with_tables();
    let is_there = |name: &str| {
        let found = sql.query(
            "SELECT 1 FROM sqlite_master WHERE name = ?1",
            &[name.into()],
        );
        !found.unwrap().is_empty()
    };
    assert!(!watches::any(&sql).unwrap());
    watches::remove(&sql, "w").unwrap();
    letters::taken_up(&sql, "a", 0).unwrap();
    assert!(!letters::is_there(&sql, "a").unwrap());
    assert_eq!(letters::waiting(&sql).unwrap(), 0);
    assert!(letters::list(&sql, None, 9).unwrap().items.is_empty());
    assert!(breakers::list(&sql, 0).unwrap().is_empty());
    assert_eq!(breakers::load(&sql, "shop").unwrap().opened, 0);
    assert!(asks::load(&sql, "a").unwrap().is_none());
    let all = asks::list(&sql, &asks::AskFilter::default()).unwrap();
    assert!(all.items.is_empty() && !is_there("$watches") && !is_there("$asks"));

    let state = breakers::State {
        opened: 1,
        ..Default::default()
    };
    breakers::store(&sql, "shop", &state).unwrap();
    assert_eq!(breakers::load(&sql, "shop").unwrap().opened, 1);
    let key = ObjectKey::tenant("shop.example");
    watches::put(&sql, "w", ("Order", "paid", ""), &key).unwrap();
    assert!(watches::any(&sql).unwrap() && is_there("$asks"));
    watches::remove(&sql, "w").unwrap();
    assert!(!watches::any(&sql).unwrap());
}

#[test]
fn what_every_turn_asks_is_found_by_an_index() {
    let sql = with_an_action();
    let key = ObjectKey::tenant("shop.example");
    let event = DomainEvent {
        id: "e1".to_owned(),
        sequence: 0,
        noun: "Order".to_owned(),
        verb: "paid".to_owned(),
        subject: "o1".to_owned(),
        data: Json::null(),
        actor: "test".to_owned(),
        action: None,
        at: DateTime::<Utc>::UNIX_EPOCH,
    };
    let all = || -> Result<()> {
        events::append(&sql, event.clone())?;
        watches::any(&sql)?;
        watches::of(&sql, &event)?;
        actions::any_waits(&sql)?;
        actions::waits(&sql, "Order::paid", "o1")?;
        let mut action = actions::load(&sql, "a1")?.expect("it is there");
        actions::update(&sql, &action)?;
        action.id = "a2".to_owned();
        assert!(actions::insert(&sql, &action)?);
        actions::entry(&sql, "a1", "step#0")?;
        actions::children(&sql, "a1")?;
        actions::mark_ended(&sql, "a1")?;
        for status in [actions::Status::Pending, actions::Status::Running] {
            actions::open(&sql, status, actions::Kind::Flow)?;
        }
        actions::due(&sql, 0)?;
        outbox::mark(&sql, "m1", &key, 0)?;
        outbox::look_at(&sql, "m1", 1)?;
        outbox::postpone(&sql, "m1", 1, 1)?;
        outbox::sent(&sql, "m1")?;
        outbox::load(&sql, "m2")?;
        outbox::waiting(&sql, None)?;
        outbox::waiting(&sql, Some(0))?;
        super::next_due(&sql)?;
        rest::look(&sql)?;
        rest::told(&sql)?;
        outbox::remove(&sql, "m1")?;
        inbox::find(&sql, "i1", "f")?;
        inbox::put(&sql, "i1", "f", &Json::null(), 0)
    };
    all().unwrap();
    let objections = sql.objections.into_inner();
    assert!(objections.is_empty(), "{objections:#?}");
}

#[test]
fn the_layouts_before_are_brought_up_to_this_one() {
    let schema = |connection: &Connection| -> Vec<(String, String)> {
        connection
            .prepare("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap()
    };
    let new = Connection::open_in_memory().unwrap();
    for statement in SYSTEM {
        new.execute(statement, []).unwrap();
    }
    // In layouts 2 and 3, the index of what is open was another.
    for (layout, index) in [
        (2, r#""status" IN ('pending', 'running')"#),
        (3, r#""status" = 'pending' OR "status" = 'running'"#),
    ] {
        let old = Connection::open_in_memory().unwrap();
        for statement in SYSTEM {
            let before = statement.replace(r#""completed" IS NULL"#, index);
            old.execute(&before, []).unwrap();
        }
        assert_ne!(schema(&old), schema(&new));
        for statement in super::LAYOUTS[layout - 1..].iter().copied().flatten() {
            old.execute(statement, []).unwrap();
        }
        assert_eq!(schema(&old), schema(&new), "layout {layout}");
    }
}
