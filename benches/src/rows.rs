//! Objects with many rows: lists, search, creation.

use std::path::Path;
use std::time::Duration;

use dotdo::host::native::Durability;
use rusqlite::Connection;

use crate::client::{Load, request, run};
use crate::load::{Options, Served, rate};
use crate::report::Line;
use crate::{Failure, raw};

/// Lists and search in an object with many rows.
pub fn tenant(options: &Options, folder: &Path, lines: &mut Vec<Line>) -> Result<(), Failure> {
    let data = folder.join("tenant");
    let served = Served::start(&data, Durability::Batch)?;
    let rows = options.rows;
    let load = Load {
        connections: 64,
        time: Duration::from_secs(300),
        requests: rows,
        rate: None,
    };
    let made = run(served.address, load, |number| {
        let body = format!(
            "{{\"title\":\"Volume {number} of shelf {}\",\"year\":{}}}",
            number % 1000,
            1000 + number % 1000
        );
        request("POST", "/Book", &body)
    })?;
    served.settle()?;
    let listed = run(served.address, options.load(64), |number| {
        request(
            "GET",
            &format!("/Book?year={}&limit=50", 1000 + number % 1000),
            "",
        )
    })?;
    let found = run(served.address, options.load(64), |number| {
        request(
            "GET",
            &format!("/Book?q=shelf%20{}&limit=50", number % 1000),
            "",
        )
    })?;
    served.end()?;
    let connection = Connection::open(data.join("objects/bench.example/tenant.sqlite"))?;
    let select = |statement: &str, argument: &dyn Fn(u64) -> String| {
        let mut statement = connection.prepare(statement)?;
        let width = statement.column_count();
        raw::rate(options.time, |number| {
            let mut rows = statement.query([argument(number)])?;
            let mut bytes = 0;
            while let Some(row) = rows.next()? {
                for column in 0..width {
                    bytes += row.get_ref(column)?.as_bytes().map_or(8, <[u8]>::len);
                }
            }
            std::hint::black_box(bytes);
            Ok(())
        })
    };
    let table: String = connection.query_row(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%\"year\"%'",
        [],
        |row| row.get(0),
    )?;
    let limit = select(
        &format!(
            "SELECT * FROM \"{table}\" WHERE \"year\" = CAST(?1 AS INTEGER) ORDER BY \"$id\" LIMIT 50"
        ),
        &|number| (1000 + number % 1000).to_string(),
    )?;
    lines.push(rate(
        "list 50 of 100,000 rows by an index",
        &listed,
        limit,
        "the same `SELECT`, no HTTP",
        None,
    ));
    let words: String = connection.query_row(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%fts5%'",
        [],
        |row| row.get(0),
    )?;
    let limit = select(
        &format!("SELECT rowid FROM \"{words}\" WHERE \"{words}\" MATCH ?1 LIMIT 50"),
        // As ours asks: what begins with these words.
        &|number| format!("\"shelf\"* \"{}\"*", number % 1000),
    )?;
    lines.push(rate(
        "search, 50 of 100,000 rows",
        &found,
        limit,
        "the same `MATCH` alone, no rows, no HTTP",
        None,
    ));
    let limit = raw_inserts(folder, options.time)?;
    lines.push(rate(
        "create a row in the tenant's object",
        &made,
        limit,
        "`INSERT` of the row alone, WAL `NORMAL`",
        None,
    ));
    Ok(())
}

fn raw_inserts(folder: &Path, time: Duration) -> Result<f64, Failure> {
    let connection = Connection::open(folder.join("inserts.sqlite"))?;
    connection.execute_batch(&format!(
        "{} PRAGMA synchronous = NORMAL;
         CREATE TABLE book (id TEXT PRIMARY KEY, title TEXT NOT NULL, year INTEGER NOT NULL) STRICT;
         CREATE INDEX years ON book (year);",
        crate::rivals::PRAGMAS
    ))?;
    let mut statement = connection.prepare("INSERT INTO book VALUES (?1, ?2, ?3)")?;
    raw::rate(time, |number| {
        statement.execute((
            format!("{number:026}"),
            "Volume of shelf",
            i64::try_from(1000 + number % 1000)?,
        ))?;
        Ok(())
    })
}
