//! The program as its users meet it: imported, killed, started again, starved of disk.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

mod support;
#[path = "import/torture.rs"]
mod torture;

use support::*;

/// Lets a command run until its progress says that so much of something is done, then kills it with SIGKILL. False if
/// it ended before that.
fn kill_at(mut command: Command, what: &str, tenths: u64) -> bool {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let reached = lines.any(|line| is_past(&line.unwrap(), what, tenths));
    child.kill().unwrap();
    child.wait().unwrap();
    reached
}

#[test]
fn the_real_data_set_gives_its_figures_however_often_it_is_imported() {
    let folder = Folder::new("full");
    let (file, expected) = data_set(&folder);
    let (first, retries) = figures(&run(import(&file, &folder.data())));
    assert_eq!(first, expected);
    assert!(retries > 0, "one request in five fails");
    assert_eq!(
        figures(&run(import(&file, &folder.data()))),
        (expected, retries),
        "nothing is done twice"
    );
    nothing_charged_twice(&folder.data(), &file);
}

#[test]
fn a_killed_import_goes_on() {
    let folder = Folder::new("killed");
    let (file, expected) = data_set(&folder);
    let data = folder.data();
    let moments = [
        ("Customer", 0),
        ("Customer", 5),
        ("Track", 1),
        ("Track", 6),
        ("Invoice", 0),
        ("Invoice", 2),
        ("Invoice", 5),
        ("Invoice", 9),
        ("paid", 0),
        ("paid", 7),
    ];
    let mut kills = 0;
    let mut charges = 0;
    for (what, tenths) in moments {
        kills += usize::from(kill_at(import(&file, &data), what, tenths));
        let now = nothing_charged_twice(&data, &file);
        assert!(now >= charges, "the ledger forgot a charge");
        charges = now;
    }
    assert!(kills >= 8, "only {kills} of the moments came");
    let (figures, _) = figures(&run(import(&file, &data)));
    assert_eq!(figures, expected);
    nothing_charged_twice(&data, &file);
    nobody_got_two_mails(&data);
}

#[test]
fn a_seed_makes_the_same_failures() {
    let folder = Folder::new("seeds");
    let demo = |data: &str, seed: &str| {
        let mut command = store();
        command
            .args([
                "demo",
                "--once",
                "--addr",
                "127.0.0.1:0",
                "--seed",
                seed,
                "--data",
            ])
            .arg(folder.0.join(data));
        figures(&run(command))
    };
    let first = demo("a", "11");
    assert_eq!(first.0, sample_figures());
    assert_eq!(demo("b", "11"), first);
    let others: BTreeSet<_> = ["12", "13", "14"]
        .map(|seed| demo(seed, seed).1)
        .into_iter()
        .chain([first.1])
        .collect();
    assert!(
        others.len() > 1,
        "four seeds with the same failures: {others:?}"
    );
}

#[test]
fn a_wrong_file_is_named_and_nothing_is_written() {
    let folder = Folder::new("wrong");
    let line =
        r#"{"InvoiceLineId": 1, "InvoiceId": 1, "TrackId": 2, "UnitPrice": 0.99, "Quantity": 1}"#;
    let changed = |from: &str, to: &str| {
        assert!(SAMPLE.contains(from));
        SAMPLE.replacen(from, to, 1)
    };
    let cases = [
        ("id,name\n1,Ann".to_owned(), "this is no data set"),
        (String::new(), "this is no data set"),
        (SAMPLE[..SAMPLE.len() / 2].to_owned(), "this is no data set"),
        ("[]".to_owned(), "this is no data set"),
        (
            changed("\"InvoiceLine\"", "\"Lines\""),
            "has no table `InvoiceLine`",
        ),
        (
            changed(
                "\"InvoiceId\": 1, \"CustomerId\": 2,",
                "\"InvoiceId\": 1, \"CustomerId\": 3,",
            ),
            "Invoice 1: `CustomerId` is 3, but there is no customer 3",
        ),
        (
            changed(line, &line.replace("Quantity\": 1", "Quantity\": -1")),
            "InvoiceLine 1: `Quantity` is -1; write a whole number from 1",
        ),
        (
            changed("\"Total\": 1.98", "\"Total\": 1.99"),
            "Invoice 1: `Total` is 1.99, but its lines add up to 1.98",
        ),
        (
            changed("\"Total\": 1.98", "\"Total\": 1.985"),
            "Invoice 1: `Total`: 1.985 is no amount",
        ),
        (
            changed("\"Total\": 1.98", "\"Total\": null"),
            "Invoice 1: `Total`: null is no amount",
        ),
    ];
    for (text, expected) in cases {
        let file = folder.file("wrong.json", &text);
        let output = run(import(&file, &folder.data()));
        let error = error(&output);
        assert!(
            error.contains("wrong.json") && error.contains(expected),
            "{error}\nshould have said: {expected}"
        );
        assert_eq!(output.status.code(), Some(65), "{error}");
        assert!(
            !folder.data().exists(),
            "something was written before: {error}"
        );
    }
    assert!(
        error(&run(import(&folder.0.join("nowhere.json"), &folder.data())))
            .contains("nowhere.json")
    );
    assert!(error(&run(import(&folder.0, &folder.data()))).contains("directory"));
    assert!(!folder.data().exists());
}

#[test]
fn another_data_set_is_not_mixed_in() {
    let folder = Folder::new("mixed");
    let sample = folder.file("sample.json", SAMPLE);
    let other = folder.file("other.json", &SAMPLE.replacen("Leonie", "Leonora", 1));
    assert_eq!(
        figures(&run(import(&sample, &folder.data()))).0,
        sample_figures()
    );
    let said = error(&run(import(&other, &folder.data())));
    assert!(
        said.contains("there is another Customer/2 in the data directory"),
        "{said}"
    );
    assert_eq!(
        figures(&run(import(&sample, &folder.data()))).0,
        sample_figures()
    );
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("forbidden");
    let sample = folder.file("sample.json", SAMPLE);
    // No directory at all: its path leads through a file.
    let said = error(&run(import(&sample, &sample.join("data"))));
    assert!(said.contains("sample.json/data"), "{said}");

    let locked = folder.0.join("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(locked.join("probe"), "").is_ok() {
        eprintln!(
            "ATTENTION: this user may write anywhere, so a read-only directory cannot be tried"
        );
        return;
    }
    for data in [locked.clone(), locked.join("data")] {
        let said = error(&run(import(&sample, &data)));
        assert!(said.contains("locked"), "{said}");
    }
    assert_eq!(std::fs::read_dir(&locked).unwrap().count(), 0);
}

/// Runs a command with a disk on which no file grows beyond so many kilobytes.
fn starved(command: &Command, kilobytes: u32) -> Command {
    let mut shell = Command::new("bash");
    shell.args([
        "-c",
        r#"trap '' XFSZ; ulimit -f "$1"; shift; exec "$@""#,
        "bash",
        &kilobytes.to_string(),
    ]);
    shell
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null());
    shell
}

#[test]
fn a_full_disk_stops_the_import_and_room_lets_it_go_on() {
    let folder = Folder::new("disk");
    let sample = folder.file("sample.json", SAMPLE);
    let mut failures = 0;
    for kilobytes in [1, 16, 48, 100, 200, 400] {
        let data = folder.0.join(format!("data-{kilobytes}"));
        let output = run(starved(&import(&sample, &data), kilobytes));
        if !output.status.success() {
            failures += 1;
            let said = error(&output);
            assert_eq!(output.status.code(), Some(74), "{kilobytes}: {said}");
            assert!(
                said.contains("data-") || said.contains("disk"),
                "{kilobytes}: {said}"
            );
        }
        nothing_charged_twice(&data, &sample);
        assert_eq!(
            figures(&run(import(&sample, &data))).0,
            sample_figures(),
            "with room again after {kilobytes}"
        );
        nothing_charged_twice(&data, &sample);
    }
    assert!(failures >= 3, "only {failures} of the disks were too small");
}

/// A demo that serves, and its address.
fn serving(data: &Path) -> (Child, String) {
    let mut child = store()
        .args(["demo", "--addr", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = lines
        .find_map(|line| {
            line.unwrap()
                .strip_prefix("The store listens on http://")
                .map(str::to_owned)
        })
        .expect("it listens");
    // Its standard error must stay open, or what it says next would fail.
    std::thread::spawn(move || lines.for_each(drop));
    (child, said.split(';').next().unwrap().to_owned())
}

/// Asks a process to end, and waits until it has.
fn end(mut child: Child) {
    assert!(
        Command::new("kill")
            .arg("-TERM")
            .arg(child.id().to_string())
            .status()
            .unwrap()
            .success()
    );
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_second_process_is_turned_away() {
    let folder = Folder::new("second");
    let sample = folder.file("sample.json", SAMPLE);
    let (first, _) = serving(&folder.data());
    let ledger = || std::fs::read(folder.data().join("gateway/ledger.jsonl")).unwrap();
    let before = ledger();
    let said = error(&run(import(&sample, &folder.data())));
    assert!(said.contains("in use by another process"), "{said}");
    assert_eq!(before, ledger());
    end(first);
    assert_eq!(
        figures(&run(import(&sample, &folder.data()))).0,
        sample_figures()
    );
}

fn ask(address: &str, request: &str) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_demo_serves_what_it_has_taken_in() {
    let folder = Folder::new("serves");
    let (mut child, address) = serving(&folder.data());
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.starts_with(r#"{"customers":5,"invoices":12,"lines":48,"revenue_cents":5052,"charges":12,"mails":5,"retries":"#), "{line}");

    let get = |path: &str| {
        ask(
            &address,
            &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
        )
    };
    let invoice = get("/Invoice/12");
    assert!(
        invoice.starts_with("HTTP/1.1 200") && invoice.contains("\"Paid\""),
        "{invoice}"
    );
    assert!(get("/Customer").contains("Leonie"));

    let ann = r#"{"email":"ann@shop.example","name":"Ann","country":"Germany"}"#;
    let made = ask(
        &address,
        &format!(
            "POST /Customer HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{ann}",
            ann.len()
        ),
    );
    assert!(made.starts_with("HTTP/1.1 201"), "{made}");
    end(child);
    // Her mail may have left before the end or not; whoever opens the store next sees it through.
    let sample = folder.file("sample.json", SAMPLE);
    let (figures, _) = figures(&run(import(&sample, &folder.data())));
    assert_eq!(
        (&figures["customers"], &figures["mails"]),
        (&json!(6), &json!(6))
    );
}

#[test]
fn help_is_there_and_mistakes_are_not_crashes() {
    let help = run({
        let mut command = store();
        command.arg("--help");
        command
    });
    let text = String::from_utf8_lossy(&help.stdout).into_owned();
    assert!(help.status.success());
    for word in [
        "import", "demo", "serve", "schema", "manifest", "call", "inspect",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    for wrong in [
        &["import"][..],
        &["demo", "--addr", "here"],
        &["dance"],
        &["import", "x.json", "--durability", "maybe"],
    ] {
        let mut command = store();
        command.args(wrong);
        let output = run(command);
        assert!(
            output
                .status
                .code()
                .is_some_and(|code| (1..100).contains(&code)),
            "{wrong:?}: {}",
            output.status
        );
        assert!(!output.stderr.is_empty(), "{wrong:?}");
    }
}

#[test]
fn the_lock_is_up_to_date() {
    let mut check = store();
    check.args(["schema", "lock", "--check"]);
    let checked = run(check);
    assert!(
        checked.status.success(),
        "run `cargo run -p record-store -- schema lock`: {}{}",
        String::from_utf8_lossy(&checked.stdout),
        String::from_utf8_lossy(&checked.stderr)
    );
}
