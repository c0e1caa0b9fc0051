//! Connections of objects that sleep, for others that wake.
//!
//! To read a schema, and to prepare the first statements, is most of what opening an object takes. Where the connection of another
//! object of the same noun is at hand, its files are exchanged for those that are wanted.

use std::collections::HashMap;

use dotdo_sqlite::take_away;
use rusqlite::Connection;

use super::closing::leave_log;
use super::log::Template;
use crate::host::sqlite::Head;

/// So many are kept for each thread. As many objects are put to sleep at once where there is no room.
const KEPT: usize = 64;

/// A connection that has no files.
pub(super) struct Spare {
    connection: Connection,
    /// What its schema is known by.
    schema: u32,
}

impl Spare {
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
        if schema != Some(spare.schema) || self.count == KEPT {
            leave_log(spare.connection);
            return;
        }
        self.count += 1;
        let of_noun = self.of_nouns.entry(noun.map(str::to_owned)).or_default();
        of_noun.push(spare);
    }

    /// One for an object of this noun with this schema, if there is any.
    pub fn take(&mut self, noun: Option<&str>, schema: u32) -> Option<Connection> {
        let of_noun = self.of_nouns.get_mut(&noun.map(str::to_owned))?;
        let found = of_noun.pop_if(|spare| spare.schema == schema)?;
        self.count -= 1;
        Some(found.connection)
    }
}
