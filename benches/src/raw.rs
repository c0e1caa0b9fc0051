//! Limits that need no server: the disk, and `SQLite` on files like ours.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tokio::sync::oneshot;

use crate::client::histogram;
use crate::rivals::{Promise, bump, open};
use crate::{Failure, rivals};

/// Calls for so long; gives calls a second.
#[allow(clippy::cast_precision_loss, reason = "a rate needs no more")]
pub fn rate(
    time: Duration,
    mut call: impl FnMut(u64) -> Result<(), Failure>,
) -> Result<f64, Failure> {
    let begun = Instant::now();
    let mut calls = 0;
    while begun.elapsed() < time {
        call(calls)?;
        calls += 1;
    }
    Ok(calls as f64 / begun.elapsed().as_secs_f64())
}

/// The time within which this part of the calls was answered, in microseconds.
#[allow(clippy::cast_precision_loss, reason = "microseconds")]
pub fn micros(times: &Histogram<u64>, part: f64) -> f64 {
    times.value_at_quantile(part) as f64
}

/// Times each of so many calls.
pub fn times(
    calls: u64,
    mut call: impl FnMut(u64) -> Result<(), Failure>,
) -> Result<Histogram<u64>, Failure> {
    let mut all = histogram();
    for number in 0..calls {
        time(&mut all, || call(number))?;
    }
    Ok(all)
}

fn time(
    all: &mut Histogram<u64>,
    call: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let begun = Instant::now();
    call()?;
    let micros = u64::try_from(begun.elapsed().as_micros())?;
    Ok(all.record(micros.max(1)).map_err(|e| e.to_string())?)
}

/// Times a call for each of these files; what is done before it is not part of the time.
pub fn times_each(
    files: &[PathBuf],
    before: impl Fn(&Path) -> Result<(), Failure>,
    mut call: impl FnMut(&Path) -> Result<(), Failure>,
) -> Result<Histogram<u64>, Failure> {
    let mut all = histogram();
    for file in files {
        before(file)?;
        time(&mut all, || call(file))?;
    }
    Ok(all)
}

/// How often a second the disk can be made to keep 512 bytes.
pub fn fdatasync(folder: &Path, time: Duration) -> Result<f64, Failure> {
    let mut file = File::create(folder.join("fdatasync"))?;
    file.write_all(&vec![0; 1 << 24])?;
    file.sync_all()?;
    std::io::Seek::rewind(&mut file)?;
    rate(time, |_| {
        file.write_all(&[1; 512])?;
        Ok(file.sync_data()?)
    })
}

/// Updates of one row a second, on one thread, each its own commit.
pub fn updates(folder: &Path, promise: Promise, time: Duration) -> Result<f64, Failure> {
    let connection = open(&folder.join(format!("raw-{promise:?}.sqlite")), promise)?;
    rate(time, |_| Ok(bump(&connection, 1).map(|_| ())?))
}

/// The count of a row.
#[cfg(feature = "small")]
pub fn look(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT count FROM counter WHERE id = 1")?
        .query_row([], |row| row.get(0))
}

/// Opens files as dotdo does, and reads a row: the limit of waking.
pub fn wake(
    files: &[PathBuf],
    before: impl Fn(&Path) -> Result<(), Failure>,
    statement: &str,
) -> Result<Histogram<u64>, Failure> {
    let mut opened = Opened::default();
    times_each(files, before, |file| opened.read(file, statement))
}

/// The same on a thread of its own, as `ceiling` does it: who asks hands it over and waits for the answer.
pub fn wake_there(
    files: &[PathBuf],
    before: impl Fn(&Path) -> Result<(), Failure>,
    statement: String,
) -> Result<Histogram<u64>, Failure> {
    let (ask, asked) = mpsc::channel::<(PathBuf, oneshot::Sender<Result<(), Failure>>)>();
    let owner = thread::spawn(move || {
        let mut opened = Opened::default();
        for (file, reply) in asked {
            let _ = reply.send(opened.read(&file, &statement));
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let times = times_each(files, before, |file| {
        let (reply, answer) = oneshot::channel();
        ask.send((file.to_owned(), reply))?;
        runtime.block_on(answer)?
    })?;
    drop(ask);
    owner.join().map_err(|_| "the owner panicked")?;
    Ok(times)
}

/// Files that stay open, as the objects that are woken do.
#[derive(Default)]
struct Opened(Vec<Connection>);

impl Opened {
    fn read(&mut self, file: &Path, statement: &str) -> Result<(), Failure> {
        let connection = Connection::open(file)?;
        connection.execute_batch(&format!("{} PRAGMA synchronous = NORMAL;", rivals::PRAGMAS))?;
        connection.query_row(statement, [], |row| row.get::<_, i64>(0))?;
        self.0.push(connection);
        Ok(())
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        // As ours, they leave their logs to the next.
        for connection in &self.0 {
            let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }
}

/// The names of the files that this process has open.
pub fn open_files() -> Result<String, Failure> {
    let names = std::fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .map(|path| path.display().to_string());
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names.join(" "))
}

/// Keeps this thread, and those that it begins, on one processor.
pub fn stay_here() -> Result<(), Failure> {
    let mut one = rustix::thread::CpuSet::new();
    one.set(rustix::thread::sched_getcpu());
    Ok(rustix::thread::sched_setaffinity(None, &one)?)
}

/// Has the system forget what it has in memory of a file that nobody writes.
pub fn leave_memory(file: &Path) -> Result<(), Failure> {
    let file = File::open(file)?;
    file.sync_all()?;
    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
    Ok(())
}

/// Writes a template, opens it, updates a row, and has the disk keep it: the limit of a new object.
pub fn create(folder: &Path, template: &[u8], calls: u64) -> Result<Histogram<u64>, Failure> {
    let mut journal = File::create(folder.join("journal-of-new"))?;
    journal.write_all(&vec![0; 1 << 22])?;
    journal.sync_all()?;
    std::io::Seek::rewind(&mut journal)?;
    let mut kept = Vec::new();
    times(calls, |number| {
        let path = folder.join(format!("new-{number}.sqlite"));
        std::fs::write(&path, template)?;
        let connection = Connection::open(path)?;
        connection.execute_batch(&format!("{} PRAGMA synchronous = NORMAL;", rivals::PRAGMAS))?;
        connection.execute("UPDATE \"$meta\" SET \"value\" = \"value\"", [])?;
        journal.write_all(&[1; 512])?;
        journal.sync_data()?;
        kept.push(connection);
        Ok(())
    })
}

/// Connections as dotdo's, each having read the schema.
pub fn open_all(files: &[PathBuf]) -> Result<Vec<Connection>, Failure> {
    files
        .iter()
        .map(|file| {
            let connection = Connection::open(file)?;
            connection.execute_batch(&format!(
                "{} PRAGMA synchronous = NORMAL; SELECT count(*) FROM \"$meta\";",
                rivals::PRAGMAS
            ))?;
            Ok(connection)
        })
        .collect()
}

/// Bytes of memory that this process has in use, and the files it has open.
pub fn footprint() -> Result<(u64, u64), Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kilobytes: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or("memory is read from /proc, which is Linux's")?
        .parse()?;
    let files = std::fs::read_dir("/proc/self/fd")?.count() as u64;
    Ok((kilobytes * 1024, files))
}
