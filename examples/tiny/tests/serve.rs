//! The least business as a process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

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

/// A client that listens to what happens, over a WebSocket.
struct Listener(BufReader<TcpStream>);

impl Listener {
    fn start(server: &Server) -> Self {
        let mut stream = TcpStream::connect(&server.address).expect("a connection");
        // Far beyond the moment that it takes: a client that is never told shall not wait for ever.
        let patience = Duration::from_secs(20);
        stream.set_read_timeout(Some(patience)).expect("a limit");
        let request = "GET /$events HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
            sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            stream.read_line(&mut head).expect("a line");
        }
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        Self(stream)
    }

    /// The next message. It is a text in one frame of 126 bytes to 64 KiB, as an event is.
    fn hear(&mut self) -> String {
        let mut head = [0; 4];
        self.0.read_exact(&mut head).expect("it is told");
        let [first, second, high, low] = head;
        assert_eq!((first, second), (0x81, 126));
        let mut text = vec![0; usize::from(u16::from_be_bytes([high, low]))];
        self.0.read_exact(&mut text).expect("all of it");
        String::from_utf8(text).expect("a text")
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

#[test]
fn who_listens_is_told_what_happens() {
    let server = Server::start();
    let mut listener = Listener::start(&server);
    // The first may be found by whoever starts to listen; the others only because they are told.
    for id in ["n1", "n2", "n3"] {
        let note = format!(r#"{{"$id":"{id}","text":"milk"}}"#);
        let (status, body) = server.ask("POST", "/Note", &note);
        assert_eq!(status, 201, "{body}");
        let event = listener.hear();
        assert!(event.contains("created"), "{event}");
        assert!(event.contains(id), "{event}");
    }
}
