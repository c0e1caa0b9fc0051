//! The world outside of the business, as far as it fits into one process: a payment gateway, a post office and a
//! drawer for reports. What they keep, they keep beside the business's own data.

pub mod book;
pub mod gateway;
pub mod mailer;
pub mod reports;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use dotdo::{Error, Result};

use book::Book;
use gateway::Charge;
use mailer::Mail;

struct Outside {
    gateway: std::net::SocketAddr,
    ledger: &'static Book<Charge>,
    mails: Book<Mail>,
    reports: PathBuf,
}

static OUTSIDE: OnceLock<Outside> = OnceLock::new();
static TROUBLE: Mutex<Option<String>> = Mutex::new(None);

/// Starts the gateway and says where everything is kept. No file is touched before the business uses it, which is
/// after it has taken the directory for this process alone.
pub fn open(data: &Path, seed: u64) -> Result<()> {
    let ledger: &'static Book<Charge> =
        Box::leak(Box::new(Book::at(data.join("gateway/ledger.jsonl"))));
    let gateway = gateway::start(ledger, seed)?;
    let outside = Outside {
        gateway,
        ledger,
        mails: Book::at(data.join("outbox/mails.jsonl")),
        reports: data.join("reports"),
    };
    OUTSIDE
        .set(outside)
        .map_err(|_| Error::internal("the outside was opened twice"))
}

fn outside() -> Result<&'static Outside> {
    OUTSIDE
        .get()
        .ok_or_else(|| Error::internal("the outside was not opened"))
}

/// Notes that something could not be written, for whoever waits for it.
fn note(error: &Error) {
    *TROUBLE.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.message().to_owned());
}

/// What could not be written, if anything could not.
pub fn trouble() -> Option<String> {
    TROUBLE
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}
