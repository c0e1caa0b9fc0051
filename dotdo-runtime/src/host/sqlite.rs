//! The `SQLite` database of one object, for every host that runs `SQLite` in its own process.

use std::borrow::Cow;
use std::cell::Cell as StdCell;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};

use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::host::recorder::{Ahead, Recorded, Recorder, Statements};
use crate::value::{Cell, CellRef};

/// Prepared statements kept for each open object.
const STATEMENTS: usize = 96;

/// So many transactions are committed together, where they are recorded: each writes the same pages again.
const TOGETHER: u32 = 64;

/// So many bytes of them may be kept until then.
const AHEAD: usize = 64 << 10;

/// Says of a file that it was made from a template: `dodo`.
const APPLICATION: u32 = 0x646f_646f;

/// One object's database: in WAL mode, and for this connection alone.
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
    /// Takes over a connection that was opened and not used.
    pub fn of(connection: Connection, name: String, syncs: Syncs) -> Result<Self> {
        let database = Self {
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
        };
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
                "PRAGMA locking_mode = EXCLUSIVE; {begin} PRAGMA journal_mode = WAL; PRAGMA cache_size = -512; PRAGMA temp_store = MEMORY;"
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

    /// Whether a file made from a template is not whole, and nothing was ever moved into it from its log: the machine
    /// went down before it was safe, so nobody has heard of it.
    pub fn is_unborn(file: &mut std::fs::File) -> std::io::Result<bool> {
        use std::io::Read;
        let mut head = [0; 100];
        let length = file.metadata()?.len();
        if length < head.len() as u64 {
            return Ok(true);
        }
        file.read_exact(&mut head)?;
        // See "The Database Header" in the description of SQLite's file format.
        let number =
            |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let page = u64::from(u16::from_be_bytes([head[16], head[17]]));
        let (pages, turn, application) = (number(28), number(60), number(68));
        Ok(application == APPLICATION && turn == 0 && u64::from(pages) * page > length)
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
        let mut database = Self {
            connection,
            name: "a new database".to_owned(),
            depth: StdCell::new(0),
            read_only: StdCell::new(false),
            recorder: None,
            turn: StdCell::new(0),
            beginning: StdCell::new(false),
            wrote: StdCell::new(false),
            touched: StdCell::new(false),
            syncs: Syncs {
                commits: false,
                beginnings: true,
                pages: Syncs::PAGES,
            },
        };
        let mut work = Some(work);
        database.transaction(&mut || match work.take() {
            Some(work) => work(&database),
            None => Ok(()),
        })?;
        set_turn(&database.connection, turn).map_err(failed)?;
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

    /// Has each transaction that writes recorded, and counted in the file itself.
    pub fn recorded(mut self, recorder: Recorder) -> Result<Self> {
        self.turn
            .set(turn_of(&self.connection).map_err(|e| cannot(&self.name, &e))?);
        self.recorder = Some(recorder);
        Ok(self)
    }

    /// What was done since this was asked last, where there is a recorder.
    pub fn take_recorded(&self) -> Option<Recorded> {
        self.recorder.as_ref().and_then(Recorder::take)
    }

    /// The number of the last transaction, where there is a recorder.
    pub fn counted(&self) -> u32 {
        self.turn.get()
    }

    /// The number of the last transaction that wrote, as the file has it.
    pub fn turn(&self) -> Result<u32> {
        turn_of(&self.connection).map_err(|e| self.explain(&e))
    }

    /// Makes all that was done safe, where commits are not synced.
    pub fn checkpoint(&self) -> Result<()> {
        self.settle()?;
        self.connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
            .map_err(|e| self.explain(&e))
    }

    /// Commits in the file what was recorded.
    ///
    /// Who has a recorder has a log, and what stands there need not be in the file at once. A transaction of the file so
    /// holds some of ours, one after the other. Pages that all of them change are written once.
    pub fn settle(&self) -> Result<()> {
        let Some(recorder) = &self.recorder else {
            return Ok(());
        };
        self.catch_up(recorder)?;
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.commit_file(recorder)
    }

    /// Whether something was recorded that is not committed in the file.
    pub fn is_ahead(&self) -> bool {
        let recorder = self.recorder.as_ref();
        recorder.is_some_and(|recorder| recorder.ahead().count > 0)
    }

    /// What was recorded and could not be committed: whoever opens the file next has to do it again.
    pub fn ahead(&self) -> Option<(u32, Ahead)> {
        let recorder = self.recorder.as_ref()?;
        Some((self.turn.get(), recorder.ahead().clone()))
    }

    /// Goes on where the one before could not commit, and commits that.
    pub fn go_on(&self, (turn, ahead): (u32, Ahead)) -> Result<()> {
        if let Some(recorder) = &self.recorder {
            recorder.go_on(ahead);
            self.turn.set(turn);
        }
        self.settle()
    }

    /// Where one of ours failed, the whole transaction of the file was rolled back: a savepoint for each would cost those
    /// that do not fail more. What was recorded before is done again, and committed, so that it is done again only once
    /// however many fail.
    fn catch_up(&self, recorder: &Recorder) -> Result<()> {
        if !self.connection.is_autocommit() || recorder.ahead().count == 0 {
            return Ok(());
        }
        let turns = recorder.to_repeat()?;
        self.control("BEGIN IMMEDIATE")?;
        if let Err(error) = self.again(&turns) {
            if !self.connection.is_autocommit() {
                let _ = self.connection.execute_batch("ROLLBACK");
            }
            return Err(error);
        }
        recorder.caught_up();
        match self.commit_file(recorder) {
            Err(error) if self.connection.is_autocommit() => Err(error),
            // If the disk is full, what was done is still there to go on with.
            _ => Ok(()),
        }
    }

    /// Commits the file's transaction, which has all that was recorded.
    fn commit_file(&self, recorder: &Recorder) -> Result<()> {
        self.append_all(recorder)?;
        if self.is_ahead() {
            set_turn(&self.connection, self.turn.get()).map_err(|e| self.explain(&e))?;
        }
        self.control("COMMIT")?;
        recorder.settled();
        self.committed();
        Ok(())
    }

    /// Does again what was recorded, all of it or nothing.
    pub fn repeat(&self, turns: &[(u32, Statements)]) -> Result<()> {
        let Some((last, _)) = turns.last() else {
            return Ok(());
        };
        self.transaction(&mut || {
            self.again(turns)?;
            set_turn(&self.connection, *last).map_err(|e| self.explain(&e))
        })
    }

    fn again(&self, turns: &[(u32, Statements)]) -> Result<()> {
        for (sql, params) in turns.iter().flat_map(|(_, statements)| statements) {
            let statement = self.connection.prepare_cached(sql);
            statement
                .map_err(|e| self.explain(&e))
                .and_then(|mut statement| self.rows(&mut statement, params))
                .map_err(|e| e.context(format_args!("`{sql}`")))?;
        }
        Ok(())
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

    /// The connection, to be closed elsewhere. Closing moves what is in the log into the file, with syncs.
    pub fn into_connection(self) -> Connection {
        self.connection
    }

    /// Drops the statements that were prepared. Those that an object needs for waking it hardly needs again, and they take
    /// a sixth of its memory.
    pub fn forget_statements(&self) {
        self.connection.flush_prepared_statement_cache();
    }

    /// How many rows have been written since it was opened.
    pub fn writes(&self) -> u64 {
        let put_off = self.recorder.as_ref().map_or((0, 0), Recorder::put_off);
        self.connection.total_changes() + (put_off.0 + put_off.1) as u64
    }
}

/// The number of the last transaction that wrote, from a file whose transactions are counted.
fn turn_of(connection: &Connection) -> rusqlite::Result<u32> {
    connection
        .query_row("PRAGMA user_version", [], |row| row.get::<_, i32>(0))
        .map(i32::cast_unsigned)
}

/// Counts a transaction, inside of it.
fn set_turn(connection: &Connection, turn: u32) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("PRAGMA user_version = {}", turn.cast_signed()))
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

/// Whether it is certain that a statement which counted no row has done nothing.
fn changes_rows_only(sql: &str) -> bool {
    sql.get(..6).is_some_and(|word| {
        ["INSERT", "UPDATE", "DELETE"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    })
}

/// The error of a file that cannot be used.
pub(super) fn cannot(name: &str, why: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::Storage, format_args!("{name}: {why}"))
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(value_of(self.into())))
    }
}

impl ToSql for CellRef<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(value_of(*self)))
    }
}

const fn value_of(cell: CellRef<'_>) -> ValueRef<'_> {
    match cell {
        CellRef::Null => ValueRef::Null,
        CellRef::Integer(n) => ValueRef::Integer(n),
        CellRef::Real(n) => ValueRef::Real(n),
        CellRef::Text(text) => ValueRef::Text(text.as_bytes()),
        CellRef::Blob(bytes) => ValueRef::Blob(bytes),
    }
}

impl Database {
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

    /// Adds the rows that were put off. Sixteen of a kind one after the other take a fraction of the time that each would
    /// take in its turn: pages and program are at hand.
    fn append_all(&self, recorder: &Recorder) -> Result<()> {
        let (before, open) = recorder.put_off();
        if before + open == 0 {
            return Ok(());
        }
        self.wrote.set(true);
        if open > 0 {
            self.touched.set(true);
        }
        let done = recorder.catch_up(|sql, rows| {
            let failed = |e: rusqlite::Error| self.explain(&e);
            let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
            for params in rows {
                statement
                    .execute(rusqlite::params_from_iter(params?))
                    .map_err(failed)?;
            }
            Ok(())
        });
        if done.is_err() && !self.connection.is_autocommit() {
            // Nobody knows how far it got. What was committed is done again as a whole.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        done
    }

    fn prepare(&self, sql: &str) -> Result<rusqlite::CachedStatement<'_>> {
        if let (true, Some(recorder)) = (self.still_open()?, &self.recorder) {
            self.append_all(recorder)?;
        }
        self.prepare_apart(sql)
    }

    /// Prepares a statement that has nothing to do with the rows that were put off.
    fn prepare_apart(&self, sql: &str) -> Result<rusqlite::CachedStatement<'_>> {
        if let (false, Some(recorder)) = (self.still_open()?, &self.recorder) {
            self.catch_up(recorder)?;
        }
        let statement = self
            .connection
            .prepare_cached(sql)
            .map_err(|e| self.explain(&e))?;
        if !statement.readonly() {
            if self.read_only.get() {
                return Err(Error::refused("a query may only read"));
            }
            self.wrote.set(true);
            self.touched.set(true);
        }
        Ok(statement)
    }

    fn explain(&self, error: &rusqlite::Error) -> Error {
        use rusqlite::ErrorCode as Code;
        let kind = match error.sqlite_error_code() {
            Some(Code::ConstraintViolation) => ErrorKind::Conflict,
            Some(
                Code::DiskFull
                | Code::SystemIoFailure
                | Code::ReadOnly
                | Code::CannotOpen
                | Code::DatabaseCorrupt
                | Code::NotADatabase
                | Code::DatabaseBusy
                | Code::PermissionDenied,
            ) => ErrorKind::Storage,
            _ => ErrorKind::Internal,
        };
        let text = match error {
            rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
            other => other.to_string(),
        };
        if kind == ErrorKind::Storage {
            Error::new(kind, format_args!("{}: {text}", self.name))
        } else {
            Error::new(kind, text)
        }
    }

    fn rows(
        &self,
        statement: &mut rusqlite::CachedStatement<'_>,
        params: &[Cell],
    ) -> Result<Vec<Vec<Cell>>> {
        let width = statement.column_count();
        let mut rows = statement
            .query(rusqlite::params_from_iter(params))
            .map_err(|e| self.explain(&e))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(|e| self.explain(&e))? {
            let mut cells = Vec::with_capacity(width);
            for i in 0..width {
                cells.push(match row.get_ref(i).map_err(|e| self.explain(&e))? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(n) => Cell::Integer(n),
                    ValueRef::Real(n) => Cell::Real(n),
                    ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
                    ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
                });
            }
            all.push(cells);
        }
        Ok(all)
    }

    fn run(&self, statement: &mut rusqlite::CachedStatement<'_>, params: &[Cell]) -> Result<u64> {
        statement
            .execute(rusqlite::params_from_iter(params))
            .map(|n| n as u64)
            .map_err(|e| self.explain(&e))
    }

    /// Once something is committed, the log is begun.
    fn committed(&self) {
        if self.beginning.get() && self.wrote.get() && self.connection.is_autocommit() {
            // It is committed, whatever comes of this. If it failed it would be tried after the next.
            let syncs = self.connection.execute_batch(&self.syncing()).is_ok();
            self.beginning.set(!syncs);
        }
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

    fn control(&self, sql: &str) -> Result<()> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut s| s.execute([]).map(|_| ()))
            .map_err(|e| self.explain(&e))
    }
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
        match &self.recorder {
            Some(recorder) if self.depth.get() > 0 && !self.read_only.get() => {
                self.still_open()?;
                if recorder.later(sql, params) {
                    return Ok(());
                }
            }
            _ => {}
        }
        self.execute(sql, &CellRef::owned(params)).map(drop)
    }

    fn change(&self, sql: &str, params: &[Cell]) -> Result<u64> {
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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use rusqlite::Connection;

    use super::{AHEAD, Database, Syncs, TOGETHER};
    use crate::error::{Error, ErrorKind, Result};
    use crate::host::Sql;
    use crate::host::recorder::{Recorder, Texts};
    use crate::value::{Cell, CellRef};

    fn open(path: &Path) -> Database {
        let syncs = Syncs {
            commits: false,
            beginnings: true,
            pages: Syncs::PAGES,
        };
        let connection = Connection::open(path).unwrap();
        let database = Database::of(connection, "it".to_owned(), syncs).unwrap();
        let recorder = Recorder::new(Arc::new(Texts::default()));
        database.recorded(recorder).unwrap()
    }

    fn file(folder: &tempfile::TempDir) -> std::path::PathBuf {
        let path = folder.path().join("it.sqlite");
        let database = open(&path);
        database.execute("CREATE TABLE t (x)", &[]).unwrap();
        database.settle().unwrap();
        path
    }

    fn insert(database: &Database, fill: usize) -> Result<u64> {
        let fill = Cell::Blob(vec![7; fill]);
        database.execute("INSERT INTO t VALUES (?1)", &[fill])
    }

    fn count(database: &Database) -> i64 {
        let rows = database.query("SELECT count(*) FROM t", &[]).unwrap();
        rows[0][0].as_integer().unwrap()
    }

    #[test]
    fn some_transactions_are_committed_together() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        let database = open(&path);
        for n in 1..TOGETHER {
            insert(&database, 1).unwrap();
            assert!(database.is_ahead());
            assert_eq!(count(&database), i64::from(n));
        }
        // As in a crash: the file has none of them.
        drop(database);
        let database = open(&path);
        assert_eq!((count(&database), database.turn().unwrap()), (0, 1));

        for _ in 0..TOGETHER {
            insert(&database, 1).unwrap();
        }
        assert!(!database.is_ahead());
        insert(&database, AHEAD).unwrap();
        assert!(!database.is_ahead(), "much is not kept");
        assert_eq!(database.turn().unwrap(), TOGETHER + 2);
        drop(database);
        assert_eq!(count(&open(&path)), i64::from(TOGETHER) + 1);
    }

    #[test]
    fn a_refused_transaction_leaves_those_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(&file(&folder));
        insert(&database, 1).unwrap();
        let refused = database.transaction(&mut || {
            insert(&database, 1)?;
            let _: Result<()> = database.transaction(&mut || {
                insert(&database, 1)?;
                Err(Error::refused("inside"))
            });
            assert_eq!(count(&database), 2);
            Err(Error::refused("outside"))
        });
        assert!(refused.is_err());
        assert_eq!(count(&database), 1);
        assert!(
            !database.is_ahead(),
            "what has been done again is committed, so that it is not done once more"
        );
        insert(&database, 1).unwrap();
        assert_eq!(database.take_recorded().unwrap().count, 2);

        // Whoever has written nothing undoes nothing.
        let refused = database.transaction(&mut || {
            assert_eq!(count(&database), 2);
            Err(Error::refused("no"))
        });
        assert!(refused.is_err());
        assert!(!database.connection.is_autocommit());
        assert!(database.is_ahead());

        database.settle().unwrap();
        assert_eq!((count(&database), database.turn().unwrap()), (2, 3));
    }

    #[test]
    fn what_a_full_disk_rolls_back_is_done_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        let database = open(&path);
        let limit = |pages: u32| {
            let limit = format!("PRAGMA max_page_count = {pages}");
            database
                .connection
                .query_row(&limit, [], |_| Ok(()))
                .unwrap();
        };
        insert(&database, 1).unwrap();
        limit(4);
        let error = insert(&database, 40_000).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
        // `SQLite` may do this by itself, and does when it cannot write its log.
        if !database.connection.is_autocommit() {
            database.connection.execute_batch("ROLLBACK").unwrap();
        }
        assert!(database.is_ahead());
        assert_eq!(count(&database), 1, "it is there again");
        assert_eq!(database.take_recorded().unwrap().count, 1);

        // The same when there is no time for it any more.
        insert(&database, 1).unwrap();
        database.connection.execute_batch("ROLLBACK").unwrap();
        let ahead = database.ahead().unwrap();
        let texts = database.recorder.as_ref().unwrap().texts().clone();
        drop(database);
        let next = open(&path);
        assert_eq!(count(&next), 1);
        let next = Database {
            recorder: Some(Recorder::new(texts)),
            ..next
        };
        next.go_on(ahead).unwrap();
        assert_eq!((count(&next), next.turn().unwrap()), (2, 3));
        assert!(!next.is_ahead());
    }

    /// What the connection has, without what was put off.
    fn done(database: &Database) -> i64 {
        let count = database
            .connection
            .query_row("SELECT count(*) FROM t", [], |row| row.get(0));
        count.unwrap()
    }

    fn append(database: &Database) -> Result<()> {
        database.append("INSERT INTO t VALUES (?1)", &["a row".into()])
    }

    #[test]
    fn appended_rows_are_put_off_until_somebody_may_see_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        let database = open(&path);
        for n in 1..=3 {
            database
                .transaction(&mut || {
                    append(&database)?;
                    database.change("UPDATE t SET x = 'none yet'", &[])?;
                    append(&database)
                })
                .unwrap();
            assert_eq!(done(&database), 0);
            assert_eq!(database.writes(), n * 2);
        }
        assert_eq!(count(&database), 6);
        assert_eq!(done(&database), 6);

        database.transaction(&mut || append(&database)).unwrap();
        let rows = database.execute("UPDATE t SET x = 'all'", &[]).unwrap();
        assert_eq!(rows, 7, "whatever may have to do with them comes later");

        database.transaction(&mut || append(&database)).unwrap();
        assert_eq!(done(&database), 7);
        database.settle().unwrap();
        drop(database);
        assert_eq!(count(&open(&path)), 8);
    }

    #[test]
    fn what_was_put_off_is_undone_with_its_transaction_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(&file(&folder));
        let append = || append(&database);
        let fail = || Err::<(), _>(Error::refused("no"));
        database.transaction(&mut || append()).unwrap();

        let refused = database.transaction(&mut || append().and_then(|()| fail()));
        assert!(refused.is_err());
        assert!(
            database.is_ahead(),
            "nothing was done, so nothing is undone"
        );
        assert_eq!((done(&database), count(&database)), (0, 1));

        database.transaction(&mut || append()).unwrap();
        let refused = database.transaction(&mut || {
            append()?;
            assert_eq!(count(&database), 3);
            fail()
        });
        assert!(refused.is_err());
        assert_eq!(count(&database), 2);

        // Inside of another one, whether or not somebody looked.
        for look in [false, true] {
            let before = count(&database);
            database
                .transaction(&mut || {
                    append()?;
                    let refused = database.transaction(&mut || {
                        append()?;
                        if look {
                            assert_eq!(count(&database), before + 2);
                        }
                        fail()
                    });
                    assert!(refused.is_err());
                    database.transaction(&mut || append())
                })
                .unwrap();
            assert_eq!(count(&database), before + 2);
        }
        database.settle().unwrap();
        assert_eq!(done(&database), 6);
        let recorded = database.take_recorded().unwrap();
        assert_eq!(recorded.count, 4);
    }

    #[test]
    fn what_was_put_off_and_finds_the_disk_full_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        let database = open(&path);
        let limit = |pages: u32| {
            let limit = format!("PRAGMA max_page_count = {pages}");
            database
                .connection
                .query_row(&limit, [], |_| Ok(()))
                .unwrap();
        };
        limit(3);
        for _ in 0..3 {
            let append = || {
                let fill = CellRef::Blob(&[7; 9_000]);
                database.append("INSERT INTO t VALUES (?1)", &[fill])
            };
            database.transaction(&mut || append()).unwrap();
        }
        assert_eq!(database.settle().unwrap_err().kind(), ErrorKind::Storage);
        assert!(database.is_ahead());
        assert_eq!(done(&database), 0);
        limit(1000);
        database.settle().unwrap();
        assert!(!database.is_ahead());
        drop(database);
        assert_eq!(count(&open(&path)), 3);
    }
}
