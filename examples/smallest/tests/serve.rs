//! The smallest business as a process: it serves, survives a kill, stops when told to, and guards its door.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_smallest");

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--addr", "127.0.0.1:0", "--json", "--data"])
            .arg(folder.join("data"))
            .args(more)
            .env("MAIL_FILE", folder.join("mails.txt"))
            .env_remove("DOTDO_TOKEN")
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("a pipe");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("an address");
        Self {
            address: address.to_owned(),
            child,
        }
    }

    /// Status and body of an answer.
    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it is answered");
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .expect("a status");
        let body = answer
            .split_once("\r\n\r\n")
            .map(|(_, body)| body.to_owned())
            .unwrap_or_default();
        (status, body)
    }

    fn make(&self, email: &str) -> u16 {
        self.ask(
            "POST",
            "/Customer",
            "",
            &format!(r#"{{"email":"{email}","name":"Ann"}}"#),
        )
        .0
    }

    fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Tells it to stop, as a service manager would.
    fn terminate(mut self) -> i32 {
        let told = Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .expect("kill runs");
        assert!(told.success());
        self.child
            .wait()
            .expect("it ends")
            .code()
            .expect("it was not killed")
    }
}

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(args)
        .arg("--data")
        .arg(folder.join("data"))
        .env_remove("DOTDO_TOKEN")
        .output()
        .expect("it runs")
}

fn mails(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("mails.txt"))
        .unwrap_or_default()
        .matches("To: ")
        .count()
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    for n in 0..20 {
        assert_eq!(server.make(&format!("c{n}@shop.example")), 201);
    }
    server.kill();

    let server = Server::start(folder.path(), &[]);
    let (status, body) = server.ask("GET", "/Customer?limit=100", "", "");
    assert_eq!((status, body.matches("\"email\"").count()), (200, 20));
    assert_eq!(
        server.make("c7@shop.example"),
        409,
        "the unique index is there as well"
    );
    assert_eq!(server.terminate(), 0);

    // What had not been mailed when the process died is mailed by the next, at the latest by this one.
    let done = run(folder.path(), &["call", "Customer/nobody"]);
    assert!(!done.status.success());
    let log = run(
        folder.path(),
        &["call", "$actions?name=welcome&status=completed&limit=100"],
    );
    assert_eq!(
        String::from_utf8_lossy(&log.stdout)
            .matches("\"kind\": \"flow\"")
            .count(),
        20
    );
    assert!(mails(folder.path()) >= 20);
}

#[test]
fn one_process_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--durability", "relaxed"]);
    let second = run(folder.path(), &["call", "Customer"]);
    assert_eq!(second.status.code(), Some(74));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("is in use by another process"), "{said}");
    assert_eq!(server.make("ann@shop.example"), 201);
    assert_eq!(server.terminate(), 0);
    assert!(run(folder.path(), &["inspect", "--json"]).status.success());
}

#[test]
fn the_door_is_closed_to_others_without_a_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = run(folder.path(), &["serve", "--addr", "0.0.0.0:0"]);
    assert_eq!(open.status.code(), Some(77));
    assert!(String::from_utf8_lossy(&open.stderr).contains("DOTDO_TOKEN"));
    assert!(!folder.path().join("data").exists(), "nothing was touched");

    std::fs::write(folder.path().join("token"), "a-token-that-is-long-enough\n").expect("a file");
    let file = folder.path().join("token");
    let server = Server::start(
        folder.path(),
        &["--token-file", file.to_str().expect("plain")],
    );
    assert_eq!(server.ask("GET", "/Customer", "", "").0, 401);
    assert_eq!(
        server
            .ask(
                "GET",
                "/Customer",
                "authorization: Bearer a-token-that-is-long-enougH\r\n",
                ""
            )
            .0,
        401
    );
    assert_eq!(
        server
            .ask(
                "GET",
                "/Customer",
                "authorization: Bearer a-token-that-is-long-enough\r\n",
                ""
            )
            .0,
        200
    );
    assert_eq!(server.ask("GET", "/$health", "", "").0, 200);
    server.kill();
}

#[test]
fn commands_say_what_they_want() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in [
        &["--help"][..],
        &["serve", "--help"],
        &["schema", "--help"],
        &["manifest", "--help"],
        &["call", "--help"],
        &["inspect", "--help"],
    ] {
        let help = Command::new(PROGRAM)
            .args(command)
            .output()
            .expect("it runs");
        assert!(
            help.status.success() && !help.stdout.is_empty(),
            "{command:?}"
        );
    }
    assert_eq!(
        Command::new(PROGRAM)
            .arg("sreve")
            .output()
            .expect("it runs")
            .status
            .code(),
        Some(64)
    );
    let made = run(
        folder.path(),
        &[
            "call",
            "Customer",
            r#"{"email":"a@shop.example","name":"Ann"}"#,
            "--json",
        ],
    );
    assert!(made.status.success());
    let wrong = run(
        folder.path(),
        &["call", "Customer", r#"{"email":"b@shop.example"}"#],
    );
    assert_eq!(wrong.status.code(), Some(65));
    assert_eq!(
        String::from_utf8_lossy(&wrong.stderr).trim(),
        "error: `name`: is missing (422)"
    );
    let nothing = run(&folder.path().join("none"), &["inspect"]);
    assert_eq!(nothing.status.code(), Some(1));
    let schema = Command::new(PROGRAM)
        .arg("schema")
        .output()
        .expect("it runs");
    assert!(String::from_utf8_lossy(&schema.stdout).contains("CREATE TABLE \"customers\""));
}

#[test]
fn the_lock_is_up_to_date() {
    let checked = Command::new(PROGRAM)
        .args(["schema", "lock", "--check"])
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&checked.stdout).into_owned()
        + &String::from_utf8_lossy(&checked.stderr);
    assert!(
        checked.status.success(),
        "run `cargo run -p smallest -- schema lock`: {said}"
    );
}
