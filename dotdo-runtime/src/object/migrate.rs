//! Live migration: the data of an object is brought to the program's schema before anything else sees it.
//!
//! It runs inside the transaction that opens the object. If it fails, the object is as it was.

use dotdo_core::migration::{Compute, Computed, Input, Plan, Value, Work, plan_through};
use dotdo_core::table::{Schema, quote};

use crate::app::{App, KnownSchema, ObjectKey};
use crate::error::Result;
use crate::host::Sql;
use crate::json::Json;
use crate::migration::{Migration, OldRow, OldValue, shown, stuck};
use crate::store::meta;
use crate::value::Cell;

/// How many rows are read at once.
const PAGE: i64 = 500;

/// Writes down which schema the data has.
pub(super) fn remember(app: &App, known: &KnownSchema, sql: &dyn Sql) -> Result<()> {
    meta::set(sql, "fingerprint", &known.fingerprint)?;
    meta::set(sql, "schema", Json::of(&known.schema)?.text())?;
    if let Some(lock) = &app.def.lock {
        meta::set(sql, "version", &lock.version.to_string())?;
    }
    Ok(())
}

/// Brings the data to the program's schema, if it has another.
pub(super) fn bring_forward(app: &App, key: &ObjectKey, sql: &dyn Sql) -> Result<()> {
    let known = app.known_schema(key.noun());
    let stored = meta::get(sql, "fingerprint")?.unwrap_or_default();
    if stored == known.fingerprint {
        return Ok(());
    }
    let written: Option<u32> = meta::get(sql, "version")?.and_then(|text| text.parse().ok());
    let newest = app.def.lock.map(|lock| lock.version);
    if let Some(written) = written
        && newest.is_none_or(|newest| newest < written)
    {
        return Err(stuck(format_args!(
            "the data of {key} was written by a newer program: its schema has version {written}, and this program knows {}; start the newer program",
            newest.map_or_else(
                || "no version".to_owned(),
                |newest| format!("version {newest}")
            )
        )));
    }
    let versions = versions(app, key, sql, &stored, written)?;
    let versions: Vec<&Schema> = versions.iter().collect();
    let (stated, functions) = app.stated();
    let plan = plan_through(&versions, &known.schema, &stated);
    let refusals = plan.refusals();
    if !refusals.is_empty() {
        let list: Vec<_> = refusals.iter().map(ToString::to_string).collect();
        return Err(stuck(format_args!(
            "the data of {key} cannot be brought to this program's schema:\n{}",
            list.join("\n")
        )));
    }
    run(&plan, &functions, sql).map_err(|e| {
        e.context(format_args!(
            "the data of {key} cannot be brought to this program's schema"
        ))
    })?;
    remember(app, known, sql)
}

/// The schema that the data has, and all locked ones since. Data that no lock knows has the one that it says it has.
fn versions(
    app: &App,
    key: &ObjectKey,
    sql: &dyn Sql,
    fingerprint: &str,
    written: Option<u32>,
) -> Result<Vec<Schema>> {
    if let Some(lock) = app.lock()
        && let Some(version) = lock.find(fingerprint, key.noun(), written)
    {
        return Ok(lock.since(version, key.noun()));
    }
    let stored = meta::get(sql, "schema")?.unwrap_or_default();
    Ok(vec![crate::json::read(&stored)?])
}

fn run(plan: &Plan, functions: &[&'static Migration], sql: &dyn Sql) -> Result<()> {
    for step in &plan.steps {
        for work in step.work() {
            match work {
                Work::Sql(statement) => {
                    sql.execute(statement, &[])
                        .map_err(|e| e.context(format_args!("`{}`: {}", step.table, step.why)))?;
                }
                Work::Compute(compute) => {
                    call_for_every_row(compute, functions, sql)?;
                }
            }
        }
    }
    Ok(())
}

/// Calls the user's functions for every row, page by page.
fn call_for_every_row(
    compute: &Compute,
    functions: &[&'static Migration],
    sql: &dyn Sql,
) -> Result<()> {
    let wanted: Vec<&Value> = compute
        .columns
        .iter()
        .flat_map(|computed| match &computed.input {
            Input::Value(value) => std::slice::from_ref(&**value).iter(),
            Input::Row(values) => values.iter(),
        })
        .collect();
    let list = wanted
        .iter()
        .fold(String::new(), |list, value| list + ", " + &value.sql);
    let read = format!(
        r#"SELECT _rowid_, "$id"{list} FROM {} WHERE _rowid_ > ?1 ORDER BY _rowid_ LIMIT {PAGE}"#,
        quote(&compute.from)
    );
    let (names, marks) = compute.columns.iter().enumerate().fold(
        (String::new(), String::new()),
        |(names, marks), (i, c)| {
            (
                format!("{names}, {}", quote(&c.column.name)),
                format!("{marks}, ?{}", i + 2),
            )
        },
    );
    let write = format!(
        r#"INSERT INTO {} ("$row"{names}) VALUES (?1{marks})"#,
        quote(&compute.into)
    );
    let mut last = i64::MIN;
    loop {
        let rows = sql.query(&read, &[Cell::Integer(last)])?;
        let count = rows.len();
        for row in rows {
            let mut cells = row.into_iter();
            let rowid = cells.next().unwrap_or(Cell::Null);
            last = rowid.as_integer().unwrap_or(i64::MAX);
            let id = match cells.next() {
                Some(Cell::Text(id)) => id,
                _ => String::new(),
            };
            let mut made = vec![rowid];
            for computed in &compute.columns {
                made.push(make(compute, computed, functions, &id, &mut cells)?);
            }
            sql.execute(&write, &made)?;
        }
        if count < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

/// One value of one row. What goes wrong is said with row, column and value.
fn make(
    compute: &Compute,
    computed: &Computed,
    functions: &[&'static Migration],
    id: &str,
    cells: &mut impl Iterator<Item = Cell>,
) -> Result<Cell> {
    let mut next = || cells.next().unwrap_or(Cell::Null);
    let (old, was) = match &computed.input {
        Input::Value(value) => {
            let cell = next();
            let was = format!(
                ", whose `{}` was {}",
                value.column.name,
                shown(&cell, value.column.ty)
            );
            (OldValue::Cell(cell), was)
        }
        Input::Row(values) => {
            let values = values
                .iter()
                .map(|value| (value.column.name.clone(), next()))
                .collect();
            let row = OldRow {
                id: id.to_owned(),
                values,
            };
            (OldValue::Row(row), String::new())
        }
    };
    let function = functions
        .get(computed.function)
        .ok_or_else(|| crate::Error::internal("a plan names a function that is not there"))?;
    let made = function
        .make(old)
        .and_then(|cell| {
            let column = &computed.column;
            if cell.is_null() && !column.nullable && column.default.is_none() {
                Err(crate::Error::invalid(
                    "there must be a value, and none was made",
                ))
            } else {
                Ok(cell)
            }
        })
        .map_err(|error| {
            stuck(format_args!(
                "`{}.{}` of `{id}`{was}: {}",
                compute.noun,
                computed.column.name,
                error.message()
            ))
        })?;
    Ok(made)
}
