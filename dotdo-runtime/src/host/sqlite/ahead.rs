//! What was done is in the record of a commit before it is in the file.

use rusqlite::Connection;

use super::{APPLICATION, Database, cannot, rest_of};
use crate::error::Result;
use crate::host::Sql;
use crate::host::recorder::{Ahead, Recorded, Recorder, Statements};

impl Database {
    /// Has each transaction that writes recorded, and counted in the file itself. `turn` is how many it has, where that is known.
    pub fn recorded(mut self, recorder: Recorder, turn: Option<u32>) -> Result<Self> {
        let turn = turn.map_or_else(|| turn_of(&self.connection), Ok);
        self.turn.set(turn.map_err(|e| cannot(&self.name, &e))?);
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

    /// Has the file say that this object is at rest, where transactions are counted and all are committed.
    pub fn say_at_rest(&self, who: &str) -> Result<()> {
        if self.recorder.is_none() || self.is_ahead() {
            return Ok(());
        }
        self.say(rest_of(who, self.turn.get()))
    }

    /// Has the file say nothing of its object. Where transactions are not counted, nobody would see that it is not true any more.
    pub fn unsay_rest(&self) -> Result<()> {
        self.say(APPLICATION)
    }

    fn say(&self, what: u32) -> Result<()> {
        self.wrote.set(true);
        let text = format!("PRAGMA application_id = {}", what.cast_signed());
        let said = self.connection.execute_batch(&text);
        said.map_err(|e| self.explain(&e))?;
        self.committed();
        Ok(())
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

    /// Where one of ours failed, the whole transaction of the file was rolled back: a savepoint for each would cost those
    /// that do not fail more. What was recorded before is done again, and committed, so that it is done again only once
    /// however many fail.
    pub(super) fn catch_up(&self, recorder: &Recorder) -> Result<()> {
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
    pub(super) fn commit_file(&self, recorder: &Recorder) -> Result<()> {
        self.append_all(recorder)?;
        if self.is_ahead() {
            set_turn(&self.connection, self.turn.get()).map_err(|e| self.explain(&e))?;
        }
        self.control("COMMIT")?;
        recorder.settled();
        self.committed();
        Ok(())
    }

    /// Does what was put off. Sixteen rows of a kind one after the other take a fraction of the time that each would
    /// take in its turn: pages and program are at hand.
    pub(super) fn append_all(&self, recorder: &Recorder) -> Result<()> {
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
                for (place, param) in params?.enumerate() {
                    statement
                        .raw_bind_parameter(place + 1, param?)
                        .map_err(failed)?;
                }
                statement.raw_execute().map_err(failed)?;
            }
            Ok(())
        });
        if done.is_err() && !self.connection.is_autocommit() {
            // Nobody knows how far it got. What was committed is done again as a whole.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        done
    }
}

/// The number of the last transaction that wrote, from a file whose transactions are counted.
fn turn_of(connection: &Connection) -> rusqlite::Result<u32> {
    connection
        .query_row("PRAGMA user_version", [], |row| row.get::<_, i32>(0))
        .map(i32::cast_unsigned)
}

/// Counts a transaction, inside of it.
pub(super) fn set_turn(connection: &Connection, turn: u32) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("PRAGMA user_version = {}", turn.cast_signed()))
}
