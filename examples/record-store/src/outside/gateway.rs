//! A payment gateway: a small HTTP server of its own, which fails one request in five.
//!
//! Half of its failures come before it has booked the charge and half after, when only the answer is lost. That is
//! why a charge has a key: under one key it books once.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use dotdo::{Error, Id, Result, StepKey};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::book::Book;
use crate::business::{Invoice, Receipt};

/// Requests that are answered at the same time; more wait in line.
const THREADS: usize = 4;
/// Who says nothing for so long is hung up on.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest request that is read.
const LONGEST: u64 = 16 * 1024;

/// What the ledger says of a charge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Charge {
    /// The receipt's number.
    pub id: String,
    /// What was paid.
    pub invoice: String,
    /// How much.
    pub cents: i64,
}

/// What the gateway is asked.
#[derive(Serialize, Deserialize)]
struct Order {
    invoice: String,
    cents: i64,
}

// ---- the business's side ----

/// Asks the gateway to charge an invoice.
pub async fn charge(invoice: &Id<Invoice>, cents: i64, key: &StepKey) -> Result<Receipt> {
    let body = serde_json::to_string(&Order {
        invoice: invoice.as_str().to_owned(),
        cents,
    })?;
    let request = format!(
        "POST /charges HTTP/1.1\r\nHost: gateway\r\nIdempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = tokio::net::TcpStream::connect(super::outside()?.gateway).await?;
    connection.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    match head.split(' ').nth(1) {
        Some("200") => {
            let charge: Charge = serde_json::from_str(body)?;
            Ok(Receipt {
                id: charge.id,
                cents: charge.cents,
            })
        }
        Some("507") => Err(Error::retry_after(
            Duration::from_secs(1),
            format_args!("the gateway cannot book: {body}"),
        )),
        Some(status) if status.starts_with('4') => Err(Error::permanent(format_args!(
            "the gateway refuses: {body}"
        ))),
        Some(status) => {
            Err(std::io::Error::other(format!("the gateway fails with {status}: {body}")).into())
        }
        None => Err(std::io::Error::other("the gateway hung up without an answer").into()),
    }
}

/// The charges in the ledger, as the file has them.
pub fn charges() -> Result<Vec<Charge>> {
    Ok(super::outside()?
        .ledger
        .read()?
        .into_iter()
        .map(|(_, charge)| charge)
        .collect())
}

// ---- the gateway's side ----

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Answered,
    /// It fails before the charge is booked.
    Refused,
    /// It fails after the charge was booked: the answer is lost.
    Lost,
}

/// One request in five fails. The seed, the invoice and how often it has been asked for decide, so that a run can be
/// repeated.
fn fate(seed: u64, invoice: &str, attempt: u64) -> Fate {
    let mut hash = seed ^ attempt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in invoice.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // The finalizer of splitmix64: every bit of the hash counts for the remainder.
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    match (hash ^ (hash >> 31)) % 10 {
        0 => Fate::Refused,
        1 => Fate::Lost,
        _ => Fate::Answered,
    }
}

struct Gateway {
    ledger: &'static Book<Charge>,
    seed: u64,
    /// How often each invoice has been asked for.
    asked: Mutex<HashMap<String, u64>>,
}

/// Starts the gateway on a free port of this machine. It ends with the process.
pub fn start(ledger: &'static Book<Charge>, seed: u64) -> Result<SocketAddr> {
    let listener = Arc::new(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?);
    let address = listener.local_addr()?;
    let gateway = Arc::new(Gateway {
        ledger,
        seed,
        asked: Mutex::default(),
    });
    for number in 0..THREADS {
        let (listener, gateway) = (listener.clone(), gateway.clone());
        thread::Builder::new()
            .name(format!("gateway-{number}"))
            .spawn(move || {
                for connection in listener.incoming().flatten() {
                    // Whoever hangs up in the middle does not hear the answer.
                    let _ = gateway.serve(&connection);
                }
            })?;
    }
    Ok(address)
}

impl Gateway {
    fn serve(&self, connection: &TcpStream) -> std::io::Result<()> {
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.set_write_timeout(Some(PATIENCE))?;
        let answer = match read(connection)? {
            Some((key, order)) => self.answer(&key, order),
            None => Some((400, r#"{"error":"POST /charges with an Idempotency-Key and {\"invoice\":\"1\",\"cents\":198}"}"#.to_owned())),
        };
        if let Some((status, body)) = answer {
            let mut connection = connection;
            write!(
                connection,
                "HTTP/1.1 {status} \r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )?;
        }
        Ok(())
    }

    /// Status and body, or nothing if the answer is lost.
    fn answer(&self, key: &str, order: Order) -> Option<(u16, String)> {
        let attempt = {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            let count = asked.entry(order.invoice.clone()).or_insert(0);
            *count += 1;
            *count
        };
        let fate = fate(self.seed, &order.invoice, attempt);
        if fate == Fate::Refused {
            return Some((503, r#"{"error":"try again"}"#.to_owned()));
        }
        let cents = order.cents;
        let booked = self.ledger.enter(key, |number| Charge {
            id: format!("ch_{number}"),
            invoice: order.invoice,
            cents,
        });
        match booked {
            _ if fate == Fate::Lost => None,
            Ok(charge) if charge.cents != cents => Some((
                409,
                r#"{"error":"this key was used for another amount"}"#.to_owned(),
            )),
            Ok(charge) => serde_json::to_string(&charge).ok().map(|body| (200, body)),
            Err(error) => Some((507, error.message().to_owned())),
        }
    }
}

/// Reads a request: its key and what it asks. None if it is none that the gateway understands.
fn read(connection: &TcpStream) -> std::io::Result<Option<(String, Order)>> {
    let mut reader = BufReader::new(connection.take(LONGEST));
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let right = line.starts_with("POST /charges ");
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
    let order = serde_json::from_slice(&body).ok();
    Ok(key.zip(order).filter(|_| right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_request_in_five_fails() {
        let fates: Vec<_> = (0..10_000)
            .map(|n: u64| fate(1, &n.to_string(), 1 + n % 3))
            .collect();
        for wanted in [Fate::Refused, Fate::Lost] {
            let count = fates.iter().filter(|fate| **fate == wanted).count();
            assert!(
                (900..1100).contains(&count),
                "{wanted:?}: {count} of 10 000"
            );
        }
    }

    #[test]
    fn a_seed_repeats_itself() {
        let row = |seed| {
            (1..50)
                .map(|attempt| fate(seed, "98", attempt))
                .collect::<Vec<_>>()
        };
        assert_eq!(row(7), row(7));
        assert_ne!(row(7), row(8));
    }
}
