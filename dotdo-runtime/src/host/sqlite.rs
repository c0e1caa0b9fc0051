//! The `SQLite` database of one object, for every host that runs `SQLite` in its own process.

mod ahead;
mod statements;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::Cell as StdCell;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::host::recorder::Recorder;
use crate::value::{Cell, CellRef};
use ahead::set_turn;
use statements::changes_rows_only;

/// Prepared statements kept for each open object.
const STATEMENTS: usize = 96;

/// So many transactions are committed together, where they are recorded: each writes the same pages again.
const TOGETHER: u32 = 64;

/// So many bytes of them may be kept until then.
const AHEAD: usize = 64 << 10;

/// Says of a file that it was made from a template: `dodo`.
const APPLICATION: u32 = 0x646f_646f;

/// What stands at the beginning of a file: see "The Database Header" in the description of `SQLite`'s file format.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head {
    /// The bytes of its pages.
    length: u64,
    /// What its schema is known by.
    pub schema: u32,
    /// How many transactions have written.
    pub turn: u32,
    application: u32,
}

impl Head {
    /// Reads it.
    pub fn of(bytes: &[u8; 100]) -> Self {
        let number = |at: usize| {
            u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let page = u64::from(u16::from_be_bytes([bytes[16], bytes[17]]));
        Self {
            length: u64::from(number(28)) * page,
            schema: number(40),
            turn: number(60),
            application: number(68),
        }
    }

    /// Whether the file says what [`Database::say_at_rest`] has it say, and nobody has written since.
    pub fn is_at_rest(&self, who: &str) -> bool {
        self.application == rest_of(who, self.turn)
    }

    /// Whether it says nothing of that, of nobody.
    pub fn says_nothing(&self) -> bool {
        self.application == APPLICATION
    }

    /// Whether a file of so many bytes that was made from a template is not whole, and nothing was ever moved into it from its
    /// log: the machine went down before it was safe, so nobody has heard of it.
    pub fn is_unborn(&self, length: u64) -> bool {
        self.application == APPLICATION && self.turn == 0 && self.length > length
    }
}

/// What a file says of an object at rest, after so many transactions. Whoever writes counts one more, and then it is not said any
/// more.
fn rest_of(who: &str, turn: u32) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(who.as_bytes());
    sum.update(&turn.to_be_bytes());
    match sum.finalize() {
        APPLICATION => !APPLICATION,
        other => other,
    }
}

/// One object's database: in WAL mode, and for one connection alone.
pub(super) struct Database {
    connection: Connection,
    /// What the user knows it by.
    name: String,
    depth: StdCell<u32>,
    read_only: StdCell<bool>,
    /// Who writes down what is done, where a log is kept.
    recorder: Option<Recorder>,
    /// How many transactions have written, as far as there is a recorder. The file's `user_version` says how many of them
    /// it has.
    turn: StdCell<u32>,
    /// The log is not begun yet: until then nothing is synced, and nothing moved into the file.
    beginning: StdCell<bool>,
    /// A statement may have written.
    wrote: StdCell<bool>,
    /// The same, since the outermost transaction began.
    touched: StdCell<bool>,
    syncs: Syncs,
    /// How many rows the connection had written before it was this file's.
    written: u64,
}

/// What `SQLite` itself syncs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syncs {
    /// Every commit, rather than checkpoints alone.
    pub commits: bool,
    /// The first page of a new file, and the head of a new log. Without this there must be no log yet.
    pub beginnings: bool,
    /// What stands in the log is moved into the file when it is so many pages.
    pub pages: u32,
}

impl Syncs {
    /// What `SQLite` takes where nothing is said.
    pub const PAGES: u32 = 1000;
}

impl Database {
    fn new(connection: Connection, name: String, syncs: Syncs) -> Self {
        Self {
            written: connection.total_changes(),
            connection,
            name,
            depth: StdCell::new(0),
            read_only: StdCell::new(false),
            recorder: None,
            turn: StdCell::new(0),
            beginning: StdCell::new(!syncs.beginnings),
            wrote: StdCell::new(false),
            touched: StdCell::new(false),
            syncs,
        }
    }

    /// Takes over a connection that another database had, and that syncs nothing yet.
    pub fn over(connection: Connection, name: String, syncs: Syncs) -> Result<Self> {
        let database = Self::new(connection, name, syncs);
        if syncs.beginnings {
            database
                .connection
                .execute_batch(&database.syncing())
                .map_err(|e| cannot(&database.name, &e))?;
        }
        Ok(database)
    }

    /// Takes over a connection that was opened and not used, with this `locking_mode`.
    pub fn of(connection: Connection, name: String, locking: &str, syncs: Syncs) -> Result<Self> {
        let database = Self::new(connection, name, syncs);
        // Turning a new file into one with a log writes its first page, and the first transaction makes the log, each
        // with syncs of its own. Where somebody else makes sure that what was written is safe before it is acknowledged,
        // those are not needed: a log whose head is not whole holds nothing, and there is no older one to be taken for it.
        let begin = if syncs.beginnings {
            database.syncing()
        } else {
            "PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0;".to_owned()
        };
        database
            .connection
            .execute_batch(&format!(
                "PRAGMA locking_mode = {locking}; {begin} PRAGMA journal_mode = WAL; PRAGMA cache_size = -512; PRAGMA temp_store = MEMORY;"
            ))
            .map_err(|e| cannot(&database.name, &e))?;
        database
            .connection
            .set_prepared_statement_cache_capacity(STATEMENTS);
        // Without this, SQLite looks at the values of parameters to see whether a partial index would do, and prepares the
        // statement anew each time they change: a ninth of what a verb took.
        database
            .connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(|e| cannot(&database.name, &e))?;
        Ok(database)
    }

    /// The bytes of a new database in which something was done; for a file that is to be opened like those of objects.
    pub fn template(
        page: u32,
        turn: u32,
        work: impl FnOnce(&dyn Sql) -> Result<()>,
    ) -> Result<Vec<u8>> {
        let failed = |e: rusqlite::Error| cannot("a new database", &e);
        let connection = Connection::open_in_memory().map_err(failed)?;
        connection
            .execute_batch(&format!(
                "PRAGMA page_size = {page}; PRAGMA application_id = {APPLICATION}"
            ))
            .map_err(failed)?;
        let syncs = Syncs {
            commits: false,
            beginnings: true,
            pages: Syncs::PAGES,
        };
        let mut database = Self::new(connection, "a new database".to_owned(), syncs);
        let mut work = Some(work);
        database.transaction(&mut || match work.take() {
            Some(work) => work(&database),
            None => Ok(()),
        })?;
        set_turn(&database.connection, turn).map_err(failed)?;
        number_schema(&database.connection).map_err(failed)?;
        let mut bytes = database
            .connection
            .serialize("main")
            .map_err(failed)?
            .to_vec();
        // The versions of the file format: 2 says that there is a log beside it, so that opening need not write that.
        if let Some(versions) = bytes.get_mut(18..20) {
            versions.fill(2);
        }
        Ok(bytes)
    }

    /// The connection, to be closed elsewhere. Closing moves what is in the log into the file, with syncs.
    pub fn into_connection(self) -> Connection {
        self.connection
    }

    /// How many rows have been written since it was opened.
    pub fn writes(&self) -> u64 {
        let put_off = self.recorder.as_ref().map_or((0, 0), Recorder::put_off);
        self.connection.total_changes() - self.written + (put_off.0 + put_off.1) as u64
    }

    /// What `SQLite` is to sync once the log is begun.
    fn syncing(&self) -> String {
        // With `NORMAL` a checkpoint still syncs, so the file itself is never torn.
        let synchronous = if self.syncs.commits { "FULL" } else { "NORMAL" };
        format!(
            "PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = {};",
            self.syncs.pages
        )
    }

    /// Whether a transaction of ours goes on. After some failures `SQLite` has rolled back all of it; what came now would
    /// be kept by itself.
    fn still_open(&self) -> Result<bool> {
        let open = !self.connection.is_autocommit();
        if !open && self.depth.get() > 0 {
            return Err(Error::new(
                ErrorKind::Storage,
                format_args!("{}: the turn was rolled back", self.name),
            ));
        }
        Ok(open)
    }

    /// Who writes down what can be done later, if anybody does now.
    fn puts_off(&self) -> Result<Option<&Recorder>> {
        if self.depth.get() == 0 || self.read_only.get() {
            return Ok(None);
        }
        self.still_open()?;
        Ok(self.recorder.as_ref())
    }

    /// Begins the outermost transaction. One that is recorded is part of the file's, which may be under way.
    fn begin(&self) -> Result<()> {
        if let Some(recorder) = &self.recorder {
            self.catch_up(recorder)?;
        }
        if self.connection.is_autocommit() {
            self.control("BEGIN IMMEDIATE")?;
        }
        self.touched.set(false);
        Ok(())
    }

    /// Ends the outermost transaction; counts it if it wrote.
    fn commit(&self) -> Result<()> {
        let Some(recorder) = &self.recorder else {
            self.control("COMMIT")?;
            self.committed();
            return Ok(());
        };
        if recorder.wrote() {
            let turn = self.turn.get().wrapping_add(1);
            self.turn.set(turn);
            recorder.committed(turn);
        }
        let (count, bytes) = (recorder.ahead().count, recorder.ahead().bytes());
        if count == 0 || count >= TOGETHER || bytes >= AHEAD {
            // It is done, whatever comes of this. It is tried again with the next, and before the log is used again.
            let _ = self.settle();
        }
        Ok(())
    }

    /// Once something is committed, the log is begun.
    fn committed(&self) {
        if self.beginning.get() && self.wrote.get() && self.connection.is_autocommit() {
            // It is committed, whatever comes of this. If it failed it would be tried after the next.
            let syncs = self.connection.execute_batch(&self.syncing()).is_ok();
            self.beginning.set(!syncs);
        }
    }
}

/// Has the number by which `SQLite` knows a schema, to see whether another one was made meanwhile, say what the schema is. So a
/// connection can tell whether a file that it has never seen has the same one. Each change of it counts up from there.
///
/// Small numbers stay with files that were not made from a template of these.
fn number_schema(connection: &Connection) -> rusqlite::Result<()> {
    let mut sum = crc32fast::Hasher::new();
    let mut statement = connection
        .prepare("SELECT rootpage, coalesce(sql, name) FROM sqlite_schema ORDER BY rowid")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        sum.update(&row.get::<_, i64>(0)?.to_be_bytes());
        sum.update(row.get_ref(1)?.as_bytes()?);
        sum.update(&[0]);
    }
    let number = sum.finalize() >> 2 | 1 << 30;
    connection.execute_batch(&format!("PRAGMA schema_version = {number}"))
}

/// Begins a part of a transaction that can be undone by itself.
fn savepoint(depth: u32) -> Cow<'static, str> {
    match depth {
        1 => "SAVEPOINT t1".into(),
        2 => "SAVEPOINT t2".into(),
        _ => format!("SAVEPOINT t{depth}").into(),
    }
}

/// Ends one.
fn release(depth: u32) -> Cow<'static, str> {
    match depth {
        1 => "RELEASE t1".into(),
        2 => "RELEASE t2".into(),
        _ => format!("RELEASE t{depth}").into(),
    }
}

/// The error of a file that cannot be used.
pub(super) fn cannot(name: &str, why: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::Storage, format_args!("{name}: {why}"))
}

impl Sql for Database {
    fn query(&self, sql: &str, params: &[Cell]) -> Result<Vec<Vec<Cell>>> {
        let mut statement = self.prepare(sql)?;
        if let Some(recorder) = &self.recorder
            && !statement.readonly()
        {
            if self.depth.get() == 0 {
                drop(statement);
                let mut rows = Vec::new();
                self.transaction(&mut || {
                    rows = self.query(sql, params)?;
                    Ok(())
                })?;
                return Ok(rows);
            }
            let rows = self.rows(&mut statement, params)?;
            recorder.statement(sql, params);
            return Ok(rows);
        }
        let rows = self.rows(&mut statement, params)?;
        drop(statement);
        self.committed();
        Ok(rows)
    }

    fn execute(&self, sql: &str, params: &[Cell]) -> Result<u64> {
        if let (true, Some(recorder)) = (self.still_open()?, &self.recorder) {
            self.append_all(recorder)?;
        }
        self.change(sql, params)
    }

    fn append(&self, sql: &'static str, params: &[CellRef<'_>]) -> Result<()> {
        if self.puts_off()?.is_some_and(|to| to.later(sql, params)) {
            return Ok(());
        }
        self.execute(sql, &CellRef::owned(params)).map(drop)
    }

    fn overwrite(&self, sql: &str, params: &[Cell]) -> Result<()> {
        if self.puts_off()?.is_some_and(|to| to.overwrite(sql, params)) {
            return Ok(());
        }
        self.execute(sql, params).map(drop)
    }

    fn change(&self, sql: &str, params: &[Cell]) -> Result<u64> {
        if let (true, Some(recorder)) = (self.still_open()?, &self.recorder)
            && recorder.overwrites()
        {
            self.append_all(recorder)?;
        }
        let mut statement = self.prepare_apart(sql)?;
        let Some(recorder) = self.recorder.as_ref().filter(|_| !statement.readonly()) else {
            let count = self.run(&mut statement, params)?;
            drop(statement);
            self.committed();
            return Ok(count);
        };
        if self.depth.get() == 0 {
            drop(statement);
            let mut count = 0;
            self.transaction(&mut || {
                count = self.execute(sql, params)?;
                Ok(())
            })?;
            return Ok(count);
        }
        let before = self.connection.total_changes();
        let count = self.run(&mut statement, params)?;
        if self.connection.total_changes() != before || !changes_rows_only(sql) {
            recorder.statement(sql, params);
        }
        Ok(count)
    }

    fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let depth = self.depth.get();
        if depth == 0 {
            self.begin()?;
        } else {
            if let Some(recorder) = &self.recorder {
                // What is undone with the inner one must not be what the outer one has put off.
                self.append_all(recorder)?;
            }
            self.control(&savepoint(depth))?;
        }
        let mark = self.recorder.as_ref().map(Recorder::mark);
        self.depth.set(depth + 1);
        let done = body();
        self.depth.set(depth);
        let kept = done.and_then(|()| {
            if depth == 0 {
                self.commit()
            } else {
                self.control(&release(depth))
            }
        });
        if kept.is_err() {
            // Some failures have rolled back already; a second error would only hide the first.
            if depth > 0 {
                let _ = self
                    .connection
                    .execute_batch(&format!("ROLLBACK TO t{depth}; RELEASE t{depth}"));
            } else if !self.connection.is_autocommit()
                && (self.touched.get() || self.recorder.is_none())
            {
                let _ = self.connection.execute_batch("ROLLBACK");
            }
            if let (Some(recorder), Some(mark)) = (&self.recorder, mark) {
                recorder.back_to(mark);
            }
        }
        kept
    }

    fn read_only(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let before = self.read_only.replace(true);
        let done = body();
        self.read_only.set(before);
        done
    }
}
