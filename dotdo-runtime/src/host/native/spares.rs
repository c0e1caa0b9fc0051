//! Connections that have read the schema of a noun, for objects that wake.
//!
//! To read a schema, and to prepare the first statements, is most of what opening an object takes. Where a connection is at hand
//! that has done so, the object's files are put under it: one of an object that was put to sleep, or one that was made while
//! there was nothing else to do.

use std::collections::HashMap;

use dotdo_sqlite::{Files, LOCKING, take_away};
use rusqlite::Connection;

use super::closing::leave_log;
use super::file::syncs;
use super::log::Template;
use crate::error::Result;
use crate::host::Sql;
use crate::host::sqlite::{Database, Head};

/// So many are kept for each thread. As many objects are put to sleep at once where there is no room.
pub(super) const KEPT: usize = 64;

/// So many are made ahead for a noun whose objects are being woken.
const AHEAD: usize = 2;

/// A connection that has no files.
pub(super) struct Spare {
    connection: Connection,
    /// What its schema is known by.
    schema: u32,
}

impl Spare {
    /// Makes one that knows the schema of a template, and the statements of what is done in such a file. None where the system
    /// cannot.
    pub fn ahead(template: &Template, work: impl FnOnce(&dyn Sql) -> Result<()>) -> Option<Self> {
        let files = Files::in_memory(&template.bytes).ok()?;
        let database = Database::of(
            files.connect().ok()?,
            "a spare database".to_owned(),
            LOCKING,
            syncs(false, false),
        )
        .ok()?;
        work(&database).ok()?;
        Self::of(database.into_connection())
    }

    /// Takes the files of a connection away, whose log was emptied. If it has to keep them, it is closed.
    pub fn of(mut connection: Connection) -> Option<Self> {
        let schema = connection.query_row("PRAGMA schema_version", [], |row| row.get::<_, i32>(0));
        // As whoever opens a new file has it; and what it knows of these pages is of no use to others.
        let ready = "PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0; PRAGMA shrink_memory";
        match (schema, connection.execute_batch(ready)) {
            (Ok(schema), Ok(())) if take_away(&mut connection) => Some(Self {
                connection,
                schema: schema.cast_unsigned(),
            }),
            _ => {
                leave_log(connection);
                None
            }
        }
    }
}

/// The connections at hand.
#[derive(Default)]
pub(super) struct Spares {
    of_nouns: HashMap<Option<String>, Vec<Spare>>,
    count: usize,
}

impl Spares {
    /// Keeps one for objects of this noun, if it has the schema that they begin with. Those with others are too few.
    pub fn keep(&mut self, noun: Option<&str>, spare: Spare, template: &Template) {
        let schema = template
            .bytes
            .first_chunk()
            .map(|head| Head::of(head).schema);
        if schema != Some(spare.schema) {
            leave_log(spare.connection);
            return;
        }
        if self.count == KEPT {
            // Of what there is most, one less is missed least.
            let most = self
                .of_nouns
                .values_mut()
                .max_by_key(|of_noun| of_noun.len());
            if let Some(one) = most.and_then(Vec::pop) {
                leave_log(one.connection);
            }
        } else {
            self.count += 1;
        }
        let of_noun = self.of_nouns.entry(noun.map(str::to_owned)).or_default();
        of_noun.push(spare);
    }

    /// Whether one more should be made ahead for this noun.
    pub fn are_few(&self, noun: Option<&str>) -> bool {
        let of_noun = self.of_nouns.get(&noun.map(str::to_owned));
        of_noun.is_none_or(|of_noun| of_noun.len() < AHEAD)
    }

    /// How many there are for a noun.
    #[cfg(test)]
    pub fn count(&self, noun: Option<&str>) -> usize {
        let of_noun = self.of_nouns.get(&noun.map(str::to_owned));
        of_noun.map_or(0, Vec::len)
    }

    /// One for an object of this noun with this schema, if there is any.
    pub fn take(&mut self, noun: Option<&str>, schema: u32) -> Option<Connection> {
        let of_noun = self.of_nouns.get_mut(&noun.map(str::to_owned))?;
        let found = of_noun.pop_if(|spare| spare.schema == schema)?;
        self.count -= 1;
        Some(found.connection)
    }
}
