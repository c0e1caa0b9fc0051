//! What the same machine does without dotdo: the physical limits that stand beside every result.
//!
//! Each is a small HTTP server of the same make (axum on one thread, threads that own `SQLite` files), so that the
//! difference is what dotdo does more: actions, events, history, alarms, schema, checks.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use axum::extract::{Request, State};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::Failure;

/// What a rival promises of a write that it acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Nothing is stored: the limit of the door.
    Echo,
    /// A crash of the process: WAL, `synchronous = NORMAL`.
    Relaxed,
    /// Power loss: one journal for all objects, one `fdatasync` a batch on a thread of its own.
    Ceiling,
    /// Power loss: `synchronous = FULL`, a sync a write.
    Full,
}

/// The settings of dotdo's own files.
pub const PRAGMAS: &str = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA cache_size = -512; PRAGMA temp_store = MEMORY;";

const BUMP: &str = "UPDATE counter SET count = count + ?1 WHERE id = 1 RETURNING count";

/// Opens an object's file, making it if need be.
pub fn open(path: &Path, promise: Promise) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    let synchronous = if promise == Promise::Full {
        "FULL"
    } else {
        "NORMAL"
    };
    connection.execute_batch(&format!(
        "PRAGMA synchronous = OFF; {PRAGMAS} PRAGMA synchronous = {synchronous};
         CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT;
         INSERT OR IGNORE INTO counter VALUES (1, 0);"
    ))?;
    Ok(connection)
}

/// Adds to an object's counter.
pub fn bump(connection: &Connection, by: i64) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(BUMP)?
        .query_row([by], |row| row.get(0))
}

type Reply = oneshot::Sender<i64>;

/// One thread with its objects.
struct Owner {
    folder: PathBuf,
    promise: Promise,
    open: HashMap<String, Connection>,
    journal: Option<mpsc::Sender<Entry>>,
}

/// A line of the shared journal, and who waits for it to be safe.
struct Entry {
    line: String,
    reply: Reply,
    value: i64,
}

impl Owner {
    fn take(&mut self, id: String, reply: Reply) -> rusqlite::Result<()> {
        if !self.open.contains_key(&id) {
            let connection = open(&self.folder.join(format!("{id}.sqlite")), self.promise)?;
            self.open.insert(id.clone(), connection);
        }
        let value = bump(&self.open[&id], 1)?;
        match &self.journal {
            Some(journal) => {
                let line = format!("{id} {value}\n");
                let _ = journal.send(Entry { line, reply, value });
            }
            None => {
                let _ = reply.send(value);
            }
        }
        Ok(())
    }
}

/// Writes what has come in, syncs once, answers everybody.
fn keep_journal(mut file: File, entries: &mpsc::Receiver<Entry>) -> std::io::Result<()> {
    while let Ok(first) = entries.recv() {
        let batch: Vec<Entry> = std::iter::once(first).chain(entries.try_iter()).collect();
        let text: String = batch.iter().map(|entry| entry.line.as_str()).collect();
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        for entry in batch {
            let _ = entry.reply.send(entry.value);
        }
    }
    Ok(())
}

/// Serves until the process ends. The path of a request is the id of an object.
pub fn serve(folder: &Path, promise: Promise, threads: usize) -> Result<SocketAddr, Failure> {
    let journal = match promise {
        Promise::Ceiling => {
            let file = File::create(folder.join("journal"))?;
            // Zeroes in advance, so that a sync does not have to write the length of the file.
            file.set_len(1 << 28)?;
            let (sender, entries) = mpsc::channel();
            thread::spawn(move || keep_journal(file, &entries).expect("the journal is kept"));
            Some(sender)
        }
        _ => None,
    };
    let owners: Vec<mpsc::Sender<(String, Reply)>> = (0..threads)
        .map(|_| {
            let (sender, mail) = mpsc::channel();
            let mut owner = Owner {
                folder: folder.to_owned(),
                promise,
                open: HashMap::new(),
                journal: journal.clone(),
            };
            thread::spawn(move || {
                for (id, reply) in mail {
                    owner.take(id, reply).expect("the row is written");
                }
            });
            sender
        })
        .collect();
    let (bound, address) = mpsc::channel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::spawn(move || {
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                .await
                .expect("a port is free");
            bound
                .send(listener.local_addr().expect("it has an address"))
                .expect("somebody waits for it");
            let router = if promise == Promise::Echo {
                axum::Router::new().fallback(|| async { "1" })
            } else {
                axum::Router::new().fallback(answer).with_state(owners)
            };
            axum::serve(listener, router)
                .await
                .expect("the server serves");
        });
    });
    Ok(address.recv()?)
}

async fn answer(
    State(owners): State<Vec<mpsc::Sender<(String, Reply)>>>,
    request: Request,
) -> String {
    let id = request.uri().path().trim_start_matches('/').to_owned();
    let owner = id
        .bytes()
        .fold(0_usize, |hash, byte| hash * 31 % 997 + usize::from(byte))
        % owners.len();
    let (reply, value) = oneshot::channel();
    let _ = owners[owner].send((id, reply));
    value
        .await
        .map_or_else(|_| String::new(), |value| value.to_string())
}
