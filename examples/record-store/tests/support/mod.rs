//! What the tests of the program have in common.

#![allow(dead_code, reason = "each test program uses some of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// A directory for one test, gone when the test has passed.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("record-store-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

pub const SAMPLE: &str = include_str!("../../sample.json");

/// The real data set if it is there, else the sample; and the figures that come of it.
pub fn data_set(folder: &Folder) -> (PathBuf, Value) {
    let real = real();
    if real.is_file() {
        return (
            real,
            json!({"customers": 59, "invoices": 412, "lines": 2240, "revenue_cents": 232_860, "charges": 412, "mails": 59}),
        );
    }
    eprintln!(
        "ATTENTION: {} is not there; the sample has to do instead of the real data set",
        real.display()
    );
    (folder.file("sample.json", SAMPLE), sample_figures())
}

/// Where the real data set is, if it is anywhere.
pub fn real() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/chinook/chinook.json")
}

pub fn sample_figures() -> Value {
    json!({"customers": 5, "invoices": 12, "lines": 48, "revenue_cents": 5052, "charges": 12, "mails": 5})
}

pub fn store() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_record-store"));
    command.stdin(Stdio::null());
    command
}

pub fn import(file: &Path, data: &Path) -> Command {
    let mut command = store();
    command.arg("import").arg(file).arg("--data").arg(data);
    command
}

pub fn run(mut command: Command) -> Output {
    command.output().unwrap()
}

/// The figures that a command printed, and how often the gateway had to be asked again.
pub fn figures(output: &Output) -> (Value, u64) {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{}\n{out}{err}", output.status);
    assert_eq!(out.lines().count(), 1, "one line: {out}");
    let mut figures: Value = serde_json::from_str(&out).unwrap();
    let retries = figures.as_object_mut().unwrap().remove("retries").unwrap();
    (figures, retries.as_u64().unwrap())
}

/// What went wrong, in the one line that the user sees. Nothing may be on standard output.
pub fn error(output: &Output) -> String {
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "it should have failed: {err}");
    assert!(
        output.status.code().is_some_and(|code| code < 100),
        "neither killed nor panicked: {}\n{err}",
        output.status
    );
    assert!(output.stdout.is_empty());
    let errors: Vec<_> = err
        .lines()
        .filter_map(|line| line.strip_prefix("error: "))
        .collect();
    assert_eq!(errors.len(), 1, "one line: {err}");
    assert!(
        err.trim_end().ends_with(errors[0]),
        "and nothing after it: {err}"
    );
    errors[0].to_owned()
}

/// The whole lines of a book.
pub fn book(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let end = text.rfind('\n').map_or(0, |last| last + 1);
    text[..end]
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The gateway's own ledger is the proof: no invoice was charged twice, none with a wrong amount. Gives the number of charges.
pub fn nothing_charged_twice(data: &Path, file: &Path) -> usize {
    let set: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut due = BTreeMap::new();
    for line in set["InvoiceLine"].as_array().unwrap() {
        let cents = (line["UnitPrice"].as_f64().unwrap() * 100.0).round()
            * line["Quantity"].as_f64().unwrap();
        *due.entry(line["InvoiceId"].to_string()).or_insert(0.0) += cents;
    }
    let ledger = book(&data.join("gateway/ledger.jsonl"));
    let mut charged = BTreeSet::new();
    for charge in &ledger {
        let invoice = charge["invoice"].as_str().unwrap();
        assert!(
            charged.insert(invoice.to_owned()),
            "invoice {invoice} was charged twice"
        );
        assert_eq!(
            charge["cents"].as_f64(),
            due.get(invoice).copied(),
            "invoice {invoice}"
        );
    }
    ledger.len()
}

/// The outbox is the proof: nobody got a mail twice.
pub fn nobody_got_two_mails(data: &Path) {
    let mails = book(&data.join("outbox/mails.jsonl"));
    let people: BTreeSet<_> = mails
        .iter()
        .map(|mail| mail["to"].as_str().unwrap())
        .collect();
    assert_eq!(people.len(), mails.len(), "somebody got two mails");
}

/// Whether a line of progress says that so many tenths of something are done, or more.
pub fn is_past(line: &str, what: &str, tenths: u64) -> bool {
    let there = || {
        let (noun, count) = line.split_once(' ')?;
        let (done, total) = count.split_once('/')?;
        let (done, total): (u64, u64) = (done.parse().ok()?, total.parse().ok()?);
        Some(noun == what && done * 10 >= total * tenths)
    };
    there() == Some(true)
}
