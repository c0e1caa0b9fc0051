//! The least business as a process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Server {
    child: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(env!("CARGO_BIN_EXE_tiny"))
            .args(["serve", "--addr", "127.0.0.1:0", "--json", "--data"])
            .arg(folder.path())
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
            .and_then(|rest| rest.split('"').next());
        Self {
            address: address.expect("an address").to_owned(),
            child,
            _folder: folder,
        }
    }

    /// Status and body of an answer.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it is answered");
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
        (
            status.expect("a status"),
            body.unwrap_or_default().to_owned(),
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn rows_are_made_read_changed_and_deleted() {
    let server = Server::start();
    let (status, body) = server.ask("POST", "/Note", r#"{"$id":"n1","text":"milk"}"#);
    assert_eq!(status, 201, "{body}");
    let (status, body) = server.ask("PATCH", "/Note/n1", r#"{"text":"bread"}"#);
    assert_eq!(status, 200, "{body}");
    let (_, body) = server.ask("GET", "/Note?text=bread", "");
    assert!(body.contains("/Note/n1"), "{body}");
    let (_, body) = server.ask("GET", "/Note/n1@v1", "");
    assert!(body.contains("milk"), "{body}");
    let (_, body) = server.ask("GET", "/$events", "");
    assert!(body.contains("updated"), "{body}");
    assert_eq!(server.ask("DELETE", "/Note/n1", "").0, 204);
    assert_eq!(server.ask("GET", "/Note/n1", "").0, 410);
    let (status, body) = server.ask("POST", "/Note", r#"{"text":3}"#);
    assert_eq!(status, 422);
    assert!(body.contains("`text`"), "{body}");
}

#[test]
#[ignore = "built with the rest of the workspace it has the features of all; `cargo test -p tiny` builds it alone"]
fn what_it_is_built_without_says_so() {
    let server = Server::start();
    for (path, feature) in [
        ("/$flows", "flows"),
        ("/$asks", "people"),
        ("/$openapi", "describe"),
        ("/", "describe"),
    ] {
        let (status, body) = server.ask("GET", path, "");
        assert_eq!(status, 404, "{path}: {body}");
        assert!(
            body.contains(&format!("the feature `{feature}`")),
            "{path}: {body}"
        );
    }
}
