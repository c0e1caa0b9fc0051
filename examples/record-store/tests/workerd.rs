//! The store on workerd, Cloudflare's own engine: the figures are those of the store in a process of its own, however
//! often the engine is killed.
#![cfg(unix)]

mod support;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use support::*;
use workerd_tests::{Bundle, Class, Engine, PLAIN, quiet_port, wasm, workerd_or_skip};

const CLASSES: &[Class] = &[
    Class {
        noun: "",
        name: "Tenant",
    },
    Class {
        noun: "Invoice",
        name: "Invoice",
    },
];

/// When the engine is killed: when so many tenths of something are done.
const MOMENTS: &[(&str, u64)] = &[
    ("Customer", 4),
    ("Track", 2),
    ("Track", 7),
    ("Invoice", 1),
    ("Invoice", 4),
    ("Invoice", 6),
    ("Invoice", 9),
    ("paid", 3),
];

/// Everybody, every track, and the first invoices of the real data set; the sample, if it is not there.
fn part(folder: &Folder) -> PathBuf {
    const INVOICES: u64 = 120;
    let text = std::fs::read_to_string(real()).unwrap_or_else(|_| SAMPLE.to_owned());
    let mut set: Value = serde_json::from_str(&text).unwrap();
    for table in ["Invoice", "InvoiceLine"] {
        let records = set[table].as_array_mut().unwrap();
        records.retain(|record| record["InvoiceId"].as_u64().unwrap() <= INVOICES);
    }
    folder.file("part.json", &set.to_string())
}

/// Runs an import into a store on workerd, and kills that at each of the moments. Gives the number of kills too.
fn import_with_kills(
    file: &Path,
    folder: &Folder,
    engine: &mut Engine,
    world: u16,
) -> (Output, usize) {
    let mut command = import(file, &folder.data());
    command.args(["--to", &format!("http://127.0.0.1:{}", engine.port())]);
    command.args(["--world", &format!("127.0.0.1:{world}")]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut moments = MOMENTS.iter().peekable();
    let mut said = String::new();
    let mut kills = 0;
    let errors = BufReader::new(child.stderr.take().unwrap());
    for line in errors.lines().map(Result::unwrap) {
        if moments
            .next_if(|&&(what, tenths)| is_past(&line, what, tenths))
            .is_some()
        {
            engine.restart().expect("workerd starts again");
            kills += 1;
        }
        said.push_str(&line);
        said.push('\n');
    }
    let mut stdout = Vec::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_end(&mut stdout)
        .unwrap();
    let output = Output {
        status: child.wait().unwrap(),
        stdout,
        stderr: said.into_bytes(),
    };
    (output, kills)
}

#[test]
fn killed_in_the_middle_workerd_has_the_same_figures() {
    let Some(workerd) = workerd_or_skip() else {
        return;
    };
    let folder = Folder::new("workerd");
    let file = part(&folder);
    let here = folder.0.join("here");
    let (expected, retries) = figures(&run(import(&file, &here)));
    assert!(retries > 0, "one request in five fails");

    let world = quiet_port();
    let bundle = Bundle {
        wasm: &wasm("record-store", "record-store"),
        classes: CLASSES,
        variables: &[("WORLD", &format!("http://127.0.0.1:{world}"))],
        own: &[],
        index: PLAIN,
    };
    let mut engine = Engine::start_on(quiet_port(), &workerd, &folder.0.join("engine"), &bundle)
        .expect("workerd starts");
    let (output, kills) = import_with_kills(&file, &folder, &mut engine, world);
    assert_eq!(figures(&output).0, expected, "{}", engine.log());
    assert!(kills >= 6, "only {kills} kills");
    nothing_charged_twice(&folder.data(), &file);
    nobody_got_two_mails(&folder.data());

    // And again, on what is there: nothing is done twice.
    engine.restart().expect("workerd starts again");
    let (again, _) = import_with_kills(&file, &folder, &mut engine, world);
    assert_eq!(figures(&again).0, expected, "{}", engine.log());
    nothing_charged_twice(&folder.data(), &file);
}
