//! The import of the record store: customers, tracks, and invoices that a gateway charges and a mail follows, by the
//! example's own command.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use crate::Failure;
use crate::report::{Line, Unit};
use crate::rivals::{Promise, open};

/// What is imported, and the program that does it.
pub struct Import {
    /// The data set.
    pub data: PathBuf,
    /// The example, built.
    pub program: PathBuf,
}

#[allow(clippy::cast_precision_loss, reason = "a rate needs no more")]
fn per_second(things: usize, begun: Instant) -> f64 {
    things as f64 / begun.elapsed().as_secs_f64()
}

/// Runs the import, and beside it writes the same things as rows, each in a commit of its own.
pub fn import(import: &Import, folder: &Path, lines: &mut Vec<Line>) -> Result<(), Failure> {
    let text = std::fs::read_to_string(&import.data)
        .map_err(|e| format!("{}: {e}", import.data.display()))?;
    let data: Value = serde_json::from_str(&text)?;
    let things: Vec<&Value> = ["Customer", "Track", "Invoice"]
        .iter()
        .filter_map(|noun| data[*noun].as_array())
        .flatten()
        .collect();

    let begun = Instant::now();
    let done = Command::new(&import.program)
        .arg("import")
        .arg(&import.data)
        .arg("--data")
        .arg(folder.join("record-store"))
        .output()?;
    let ours = per_second(things.len(), begun);
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
    }

    let rows = open(&folder.join("import.sqlite"), Promise::Relaxed)?;
    rows.execute(
        "CREATE TABLE things (id INTEGER PRIMARY KEY, data TEXT NOT NULL)",
        [],
    )?;
    let begun = Instant::now();
    for (id, thing) in (0_i64..).zip(&things) {
        rows.prepare_cached("INSERT INTO things VALUES (?1, ?2)")?
            .execute((id, thing.to_string()))?;
    }
    let limit = per_second(things.len(), begun);
    let line = Line {
        what: "import of the record store, until all is paid and told",
        ours,
        limit,
        beside: "`INSERT` of the same things, WAL `NORMAL`",
        unit: Unit::Rate,
        target: None,
    };
    eprintln!("{}: {ours:.0}/s; {}: {limit:.0}/s", line.what, line.beside);
    lines.push(line);
    Ok(())
}
