//! Waking: identity and schema are brought up to date before anything else runs.

use super::turn::Turn;
use super::{Object, StepStart, migrate};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::json::Json;
use crate::planted::{self, Bug};
use crate::store::actions::{self, Kind, Status};
use crate::store::{self, meta, outbox, schedules};

/// The version of the runtime's own tables.
const SYSTEM_VERSION: &str = "2";

impl Object {
    pub(super) fn prepare(&mut self, turn: &Turn) -> Result<()> {
        let sql = turn.sql();
        let known = !sql
            .query(r#"SELECT 1 FROM sqlite_master WHERE "name" = '$meta'"#, &[])?
            .is_empty();
        if known {
            self.check_identity(sql)?;
            for statement in store::asks::TABLE
                .iter()
                .chain(&store::watches::TABLE)
                .chain(&store::breakers::TABLE)
            {
                sql.execute(statement, &[])?;
            }
            migrate::bring_forward(self.app, &self.key, sql)?;
        } else {
            let known = self.app.known_schema(self.key.noun());
            for statement in store::SYSTEM
                .iter()
                .chain(&store::asks::TABLE)
                .chain(&store::watches::TABLE)
                .chain(&store::breakers::TABLE)
                .copied()
                .map(str::to_owned)
                .chain(known.schema.create())
            {
                sql.execute(&statement, &[])?;
            }
            meta::set(sql, "system", SYSTEM_VERSION)?;
            meta::set(sql, "identity", Json::of(&self.key)?.text())?;
            migrate::remember(self.app, known, sql)?;
        }
        schedules::sync(sql, self.app.schedules_of(&self.key), turn.now())
    }

    fn check_identity(&self, sql: &dyn Sql) -> Result<()> {
        let mut system = meta::get(sql, "system")?.unwrap_or_default();
        if let Some(layout @ 1..) = system.parse::<usize>().ok()
            && layout <= store::LAYOUTS.len()
        {
            for statement in store::LAYOUTS[layout - 1..].iter().copied().flatten() {
                sql.execute(statement, &[])?;
            }
            SYSTEM_VERSION.clone_into(&mut system);
            meta::set(sql, "system", SYSTEM_VERSION)?;
        }
        if system != SYSTEM_VERSION {
            return Err(Error::new(
                ErrorKind::Storage,
                format_args!(
                    "the data of {} was written by another version of dotdo (layout {system}, this program has {SYSTEM_VERSION})",
                    self.key
                ),
            ));
        }
        let identity = meta::get(sql, "identity")?.unwrap_or_default();
        if identity != Json::of(&self.key)?.text() {
            return Err(Error::new(
                ErrorKind::Storage,
                format_args!(
                    "the data of {} belongs to another object: {identity}",
                    self.key
                ),
            ));
        }
        Ok(())
    }

    /// Takes up what was under way when the process stopped: the same steps with the same keys, the same messages
    /// with the same ids.
    pub(super) fn resume(turn: &Turn) -> Result<()> {
        let sql = turn.sql();
        if planted::is(Bug::ResumeForgotten) {
            return Ok(());
        }
        let flows = actions::open(sql, Status::Pending, Kind::Flow)?;
        turn.after().flows.extend(flows);
        // This program may be able to follow what an earlier one could not.
        let parked = actions::open(sql, Status::Parked, Kind::Flow)?;
        turn.after().flows.extend(parked);
        for id in actions::open(sql, Status::Running, Kind::Step)? {
            if let Some(action) = actions::load(sql, &id)? {
                turn.after().steps.push(StepStart::of(&action));
            }
        }
        let messages = outbox::waiting(sql, None)?;
        turn.after().messages.extend(messages);
        Ok(())
    }
}
