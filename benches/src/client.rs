//! A load generator: a fixed number of connections that keep asking, closed loop (the next request follows the last
//! answer) or open loop (requests are due at a rate, and waiting for a slow server counts as latency).
//!
//! It speaks just the HTTP/1.1 that the servers measured here answer with: one request at a time on a connection that is
//! kept, bodies with a length. That costs it a few microseconds a request, which the servers pay for alike.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use crate::Failure;

/// How much is asked.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// So many connections at once.
    pub connections: usize,
    /// For so long,
    pub time: Duration,
    /// and at most so many requests.
    pub requests: u64,
    /// Requests a second of all connections together; without it, as fast as answers come.
    pub rate: Option<f64>,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// Requests that were answered.
    pub requests: u64,
    /// How long they took together.
    pub time: Duration,
    /// How long the processors were busy meanwhile with this process: who asks, and who answers.
    pub busy: Duration,
    /// Latencies, in microseconds.
    pub latency: Histogram<u64>,
}

impl Outcome {
    /// Requests a second.
    #[allow(clippy::cast_precision_loss, reason = "a rate needs no more")]
    pub fn rate(&self) -> f64 {
        self.requests as f64 / self.time.as_secs_f64()
    }

    /// The time of processors that a request took, asking included, in microseconds.
    #[allow(clippy::cast_precision_loss, reason = "a rate needs no more")]
    pub fn cost(&self) -> f64 {
        self.busy.as_secs_f64() * 1e6 / self.requests as f64
    }

    /// The latency that so much of the requests (0 to 1) stay within, in microseconds.
    pub fn quantile(&self, part: f64) -> u64 {
        self.latency.value_at_quantile(part)
    }
}

/// The bytes of a request.
pub fn request(method: &str, path: &str, body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    if method != "GET" {
        let length = body.len();
        let _ = write!(
            text,
            "content-type: application/json\r\ncontent-length: {length}\r\n"
        );
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

/// Asks until time or number is over. `make` gives the bytes of the request with a number; numbers count from 0 and none
/// is given twice. An answer that is no success ends the measurement: what is measured has to work.
pub fn run(
    address: SocketAddr,
    load: Load,
    make: impl Fn(u64) -> Vec<u8> + 'static,
) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, async move {
        let make = Rc::new(make);
        let next = Rc::new(std::cell::Cell::new(0_u64));
        let mut streams = Vec::new();
        for _ in 0..load.connections {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            streams.push(stream);
        }
        let begun = Instant::now();
        let busy = processors();
        let mut tasks = Vec::new();
        for stream in streams {
            let (make, next) = (make.clone(), next.clone());
            tasks.push(tokio::task::spawn_local(async move {
                connection(stream, load, begun, &next, &*make).await
            }));
        }
        let mut latency = histogram();
        for task in tasks {
            latency.add(task.await??).map_err(|e| e.to_string())?;
        }
        Ok(Outcome {
            requests: latency.len(),
            time: begun.elapsed(),
            busy: processors().saturating_sub(busy),
            latency,
        })
    })
}

/// How long the processors were busy with this process.
fn processors() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Latencies from 1 µs to a minute, to three digits.
pub fn histogram() -> Histogram<u64> {
    let mut histogram = Histogram::new(3).expect("three digits are allowed");
    histogram.auto(true);
    histogram
}

async fn connection(
    mut stream: TcpStream,
    load: Load,
    begun: Instant,
    next: &std::cell::Cell<u64>,
    make: &dyn Fn(u64) -> Vec<u8>,
) -> Result<Histogram<u64>, Failure> {
    let mut latency = histogram();
    let mut answer = Vec::with_capacity(4096);
    while begun.elapsed() < load.time && next.get() < load.requests {
        let number = next.get();
        next.set(number + 1);
        let mut from = Instant::now();
        if let Some(rate) = load.rate {
            #[allow(clippy::cast_precision_loss, reason = "numbers stay far below 2^52")]
            let due = begun + Duration::from_secs_f64(number as f64 / rate);
            tokio::time::sleep_until(due.into()).await;
            from = due;
        }
        stream.write_all(&make(number)).await?;
        read(&mut stream, &mut answer).await?;
        let micros = u64::try_from(from.elapsed().as_micros()).unwrap_or(u64::MAX);
        latency.record(micros.max(1)).map_err(|e| e.to_string())?;
    }
    Ok(latency)
}

/// Reads one answer, head and body.
async fn read(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<(), Failure> {
    answer.clear();
    loop {
        if let Some(length) = length(answer)?
            && answer.len() >= length
        {
            return if answer.starts_with(b"HTTP/1.1 2") {
                Ok(())
            } else {
                Err(String::from_utf8_lossy(answer).into_owned().into())
            };
        }
        if stream.read_buf(answer).await? == 0 {
            return Err("the server closed a connection".into());
        }
    }
}

/// How long the whole answer is, once its head is there.
fn length(answer: &[u8]) -> Result<Option<usize>, Failure> {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    for line in answer[..head].split(|&byte| byte == b'\n') {
        if let Some(colon) = line.iter().position(|&byte| byte == b':')
            && line[..colon].eq_ignore_ascii_case(b"content-length")
        {
            let text = std::str::from_utf8(&line[colon + 1..])?.trim();
            return Ok(Some(head + 4 + text.parse::<usize>()?));
        }
    }
    if answer.starts_with(b"HTTP/1.1 204") || answer.starts_with(b"HTTP/1.1 304") {
        return Ok(Some(head + 4));
    }
    Err("an answer without a length".into())
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn an_answer_ends_where_its_length_says() {
        assert_eq!(length(b"HTTP/1.1 200 OK\r\ncontent-le").unwrap(), None);
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        assert_eq!(length(whole).unwrap(), Some(whole.len()));
        assert_eq!(
            length(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap(),
            Some(27)
        );
        assert!(length(b"HTTP/1.1 200 OK\r\n\r\nok").is_err());
    }
}
