//! As much of an HTTP server as the world needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use chrono::NaiveDate;
use dotdo::Error;

use super::World;

/// Requests that are answered at the same time; more wait in line.
const THREADS: usize = 4;
/// Who says nothing for so long is hung up on.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest request that is read.
const LONGEST: u64 = 64 * 1024;

/// What is asked.
struct Request {
    method: String,
    path: String,
    key: Option<String>,
    body: Vec<u8>,
}

/// Status and body.
pub type Answer = (u16, String);

/// Answers whoever connects. It ends with the process.
pub fn start(listener: TcpListener, world: &'static World) -> dotdo::Result<()> {
    let listener = Arc::new(listener);
    for number in 0..THREADS {
        let listener = listener.clone();
        thread::Builder::new()
            .name(format!("world-{number}"))
            .spawn(move || {
                for connection in listener.incoming().flatten() {
                    // Whoever hangs up in the middle does not hear the answer.
                    let _ = serve(&connection, world);
                }
            })?;
    }
    Ok(())
}

fn serve(mut connection: &TcpStream, world: &World) -> std::io::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    let Some((status, body)) = answer(world, read(connection)?) else {
        return Ok(());
    };
    // Whoever has no room now may have some in a while.
    let wait = if status == 507 {
        "Retry-After: 1\r\n"
    } else {
        ""
    };
    write!(
        connection,
        "HTTP/1.1 {status} \r\nContent-Type: application/json\r\nContent-Length: {}\r\n{wait}Connection: close\r\n\r\n{body}",
        body.len()
    )
}

/// None if the answer is lost.
fn answer(world: &World, request: Request) -> Option<Answer> {
    let Request {
        method,
        path,
        key,
        body,
    } = request;
    let day = path.strip_prefix("/reports/");
    match (method.as_str(), path.as_str(), key, day) {
        ("POST", "/charges", Some(key), _) => match serde_json::from_slice(&body) {
            Ok(order) => world.gateway.charge(&key, order),
            Err(error) => Some((400, format!("this is no order: {error}"))),
        },
        ("POST", "/mails", Some(key), _) => Some(match serde_json::from_slice(&body) {
            Ok(mail) => done(world.mails.enter(&key, |_| mail)),
            Err(error) => (400, format!("this is no mail: {error}")),
        }),
        ("PUT", _, _, Some(day)) if day.parse::<NaiveDate>().is_ok() => {
            Some(done(world.write_report(day, &body)))
        }
        _ => Some((
            404,
            "there are POST /charges, POST /mails, each with an Idempotency-Key, and PUT /reports/2026-11-23"
                .to_owned(),
        )),
    }
}

fn done<T>(done: dotdo::Result<T>) -> Answer {
    match done {
        Ok(_) => (200, "{}".to_owned()),
        Err(error) => full(&error),
    }
}

/// What is answered when something cannot be written.
pub fn full(error: &Error) -> Answer {
    (507, error.message().to_owned())
}

fn read(connection: &TcpStream) -> std::io::Result<Request> {
    let mut reader = BufReader::new(connection.take(LONGEST));
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let (mut key, mut length) = (None, 0);
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "idempotency-key" => key = Some(value.trim().to_owned()),
            "content-length" => length = value.trim().parse().unwrap_or(0),
            _ => {}
        }
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    Ok(Request {
        method,
        path,
        key,
        body,
    })
}
