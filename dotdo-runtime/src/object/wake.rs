//! Waking: identity and schema are brought up to date before anything else runs.

use super::turn::Turn;
use super::{Object, StepStart, migrate};
use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::json::Json;
use crate::planted::{self, Bug};
use crate::rooms;
use crate::store::actions::{self, Kind, Status};
use crate::store::meta::{self, Known};
use crate::store::{self, extras, memory, outbox, rest, schedules};

/// The version of the runtime's own tables.
const SYSTEM_VERSION: &str = "4";

/// Makes the tables of an object of this noun, or of a tenant's own. All that is missing is who it is.
pub(crate) fn create(app: &App, noun: Option<&str>, sql: &dyn Sql) -> Result<()> {
    let known = app.known_schema(noun);
    for statement in store::SYSTEM {
        sql.execute(statement, &[])?;
    }
    meta::set(sql, "system", SYSTEM_VERSION)?;
    for statement in known.schema.create() {
        sql.execute(&statement, &[])?;
    }
    migrate::remember(app, known, sql)
}

/// Asks of an object like this, in which nothing was done yet, what is asked of one that wakes and answers.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn rehearse(app: &App, noun: Option<&str>, sql: &dyn Sql) -> Result<()> {
    match noun {
        Some(noun) => store::things::load(sql, app.noun(noun)?.def, "").map(drop),
        None => rest::of(sql).map(drop),
    }
}

/// Who an object at rest is, and for which program: with another layout, other tables or schedules it has something to do when it
/// wakes. None for one that always has.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn rest_of(app: &App, key: &crate::app::ObjectKey) -> Option<String> {
    if app.schedules_of(key).next().is_some() {
        return None;
    }
    let identity = Json::of(key).ok()?;
    let fingerprint = &app.known_schema(key.noun()).fingerprint;
    Some(format!(
        "{SYSTEM_VERSION} {fingerprint} {}",
        identity.text()
    ))
}

/// Whether its extra tables are not those of this program. It may have none.
fn has_other_extras(extras: Option<&str>) -> bool {
    extras.is_some_and(|version| version != extras::VERSION)
}

impl Object {
    /// Wakes. Most went to sleep as this program would leave them, with nothing under way: there is nothing to be written, so
    /// there is no turn.
    pub(super) fn wake(&mut self) -> Result<()> {
        // What cannot be read is new, or laid out in another way, or will fail again.
        let rest = rest::of(&*self.sql).ok();
        if let Some(rest) = rest.as_ref().filter(|rest| !rest.open)
            && self.is_up_to_date(&rest.known)?
        {
            memory::know_extras(&*self.sql, rest.known.extras.is_some());
            return self.arm_for(rest.next_due, false);
        }
        let open = rest.as_ref().is_none_or(|rest| rest.open);
        self.transact("dotdo", |object, turn| {
            object.prepare(turn, rest.map(|rest| rest.known))?;
            if open { Self::resume(turn) } else { Ok(()) }
        })?;
        self.drive_fresh();
        Ok(())
    }

    /// Who it is, and for which program, if it would have nothing to do were it woken now or at any time after, and has no tables
    /// but those that objects like it begin with.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn rest(&self) -> Option<String> {
        let rest = rest::of(&*self.sql).ok()?;
        let is_at_rest = self.is_idle()
            && !rest.open
            && rest.next_due.is_none()
            && rest.known.extras.is_none()
            && self.is_up_to_date(&rest.known).ok()?;
        is_at_rest.then(|| rest_of(self.app, &self.key)).flatten()
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn wake_at_rest(&self) -> Result<()> {
        debug_assert!(self.rest().is_some(), "{} is not at rest", self.key);
        memory::know_extras(&*self.sql, false);
        memory::next_due(&*self.sql, || Ok(None))?;
        self.arm_for(None, false)
    }

    fn is_up_to_date(&self, known: &Known) -> Result<bool> {
        let schema = self.app.known_schema(self.key.noun());
        Ok(
            known.identity.as_deref() == Some(Json::of(&self.key)?.text())
                && known.system.as_deref() == Some(SYSTEM_VERSION)
                && !has_other_extras(known.extras.as_deref())
                && known.fingerprint.as_ref() == Some(&schema.fingerprint)
                && self.app.schedules_of(&self.key).next().is_none(),
        )
    }

    /// Brings an object up to date. `known` is what it says of itself, if that was asked and could be read.
    pub(super) fn prepare(&mut self, turn: &Turn, known: Option<Known>) -> Result<()> {
        let sql = turn.sql();
        let known = if let Some(known) = known {
            known
        } else {
            if !meta::has_tables(sql)? {
                create(self.app, self.key.noun(), sql)?;
            }
            Known::read(sql)?
        };
        let identity = Json::of(&self.key)?;
        match known.identity {
            // New, or made from a template.
            None => meta::set(sql, "identity", identity.text())?,
            Some(other) if other != identity.text() => {
                return Err(Error::new(
                    ErrorKind::Storage,
                    format_args!(
                        "the data of {} belongs to another object: {other}",
                        self.key
                    ),
                ));
            }
            Some(_) => {}
        }
        // Most wake with the layout and the schema that they went to sleep with.
        let is_older = known.system.as_deref() != Some(SYSTEM_VERSION);
        if is_older {
            self.bring_layout_forward(sql)?;
        }
        // Before layout 4, some of the extra tables were there without being said to be.
        let has_extras = is_older || known.extras.is_some();
        if is_older || has_other_extras(known.extras.as_deref()) {
            extras::make(sql)?;
        }
        if known.fingerprint.as_ref() != Some(&self.app.known_schema(self.key.noun()).fingerprint) {
            migrate::bring_forward(self.app, &self.key, sql)?;
        }
        if rooms::FLOWS {
            schedules::sync(sql, self.app.schedules_of(&self.key), turn.now())?;
        }
        // Data may have been brought forward by statements of its own.
        memory::forget(sql);
        memory::know_extras(sql, has_extras);
        Ok(())
    }

    fn bring_layout_forward(&self, sql: &dyn Sql) -> Result<()> {
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
