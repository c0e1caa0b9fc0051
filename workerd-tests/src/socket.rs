//! As much of the WebSocket protocol (RFC 6455) as tests need.

use std::io::{BufReader, Error, Read, Result, Write};
use std::net::TcpStream;

use crate::http::{Answer, Connection};

/// What comes over a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A text.
    Text(String),
    /// The other side closes, for a reason with a code; 1005 if it gives none.
    Close(u16, String),
}

/// A client's end of a WebSocket.
#[derive(Debug)]
pub struct Socket {
    stream: BufReader<TcpStream>,
    /// How the handshake was answered.
    pub answer: Answer,
}

impl Socket {
    /// Asks for a WebSocket. An answer other than 101 is given back as it is.
    pub fn open(
        port: u16,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Result<std::result::Result<Self, Answer>> {
        let mut connection = Connection::open(port)?;
        let handshake = [
            ("upgrade", "websocket"),
            ("connection", "Upgrade"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        let answer = connection.send("GET", target, &[&handshake, headers].concat(), b"")?;
        if answer.status != 101 {
            return Ok(Err(answer));
        }
        // That of the RFC's own example.
        if answer.header("sec-websocket-accept") != Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") {
            return Err(Error::other(format!("no handshake: {answer:?}")));
        }
        Ok(Ok(Self {
            stream: connection.into_stream(),
            answer,
        }))
    }

    /// Sends a text of at most 125 bytes.
    pub fn send(&mut self, text: &str) -> Result<()> {
        self.frame(1, text.as_bytes())
    }

    fn frame(&mut self, kind: u8, content: &[u8]) -> Result<()> {
        let length = u8::try_from(content.len()).ok().filter(|n| *n < 126);
        let length = length.ok_or_else(|| Error::other("too long for this client"))?;
        // A mask of zeros leaves the content as it is.
        let head = [0x80 | kind, 0x80 | length, 0, 0, 0, 0];
        self.stream.get_mut().write_all(&[&head, content].concat())
    }

    /// The next message. Pings are answered and passed over.
    pub fn receive(&mut self) -> Result<Message> {
        loop {
            let [first, second] = self.bytes()?;
            let length = match second {
                126 => usize::from(u16::from_be_bytes(self.bytes()?)),
                127 => usize::try_from(u64::from_be_bytes(self.bytes()?)).map_err(Error::other)?,
                short => usize::from(short),
            };
            let mut content = vec![0; length];
            self.stream.read_exact(&mut content)?;
            match first {
                0x81 => return text(content).map(Message::Text),
                0x88 => {
                    let code = content
                        .first_chunk()
                        .map_or(1005, |c| u16::from_be_bytes(*c));
                    let reason = text(content.get(2..).unwrap_or_default().to_vec())?;
                    return Ok(Message::Close(code, reason));
                }
                0x89 => self.frame(10, &content)?,
                other => return Err(Error::other(format!("a frame that begins with {other:x}"))),
            }
        }
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(Error::other)
}
