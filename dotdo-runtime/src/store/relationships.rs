//! Edges between things: `Human/ann manages Order/5`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Reader, extras, instant};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::json::Json;
use crate::object::turn::Turn;

/// The table.
pub(crate) const TABLE: [&str; 3] = [
    r#"CREATE TABLE IF NOT EXISTS "$relationships" ("id" TEXT PRIMARY KEY NOT NULL, "verb" TEXT NOT NULL, "from" TEXT NOT NULL, "to" TEXT NOT NULL, "data" TEXT NOT NULL, "created" INTEGER NOT NULL,
        UNIQUE ("verb", "from", "to")) STRICT, WITHOUT ROWID"#,
    r#"CREATE INDEX IF NOT EXISTS "$relationships.from" ON "$relationships" ("from")"#,
    r#"CREATE INDEX IF NOT EXISTS "$relationships.to" ON "$relationships" ("to")"#,
];

/// An edge from one thing to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Relationship {
    /// Its id.
    pub id: String,
    /// What the first does with the second: `manages`.
    pub verb: String,
    /// `Noun/id` of the first.
    pub from: String,
    /// `Noun/id` of the second.
    pub to: String,
    /// What else is to be said.
    pub data: Json,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// The relationships of an object: `cx.relationships()`.
#[derive(Debug)]
pub struct Relationships {
    turn: Turn,
}

impl Relationships {
    pub(crate) fn new(turn: Turn) -> Self {
        Self { turn }
    }

    /// Adds an edge. It is a conflict if the same edge exists.
    pub fn create(
        &self,
        verb: &str,
        from: &str,
        to: &str,
        data: &impl Serialize,
    ) -> Result<Relationship> {
        let edge = Relationship {
            id: self.turn.new_id(),
            verb: verb.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            data: Json::of(data)?,
            created_at: self.turn.now(),
        };
        for (what, address) in [("from", from), ("to", to)] {
            address
                .parse::<dotdo_core::identity::ShortId>()
                .map_err(|e| Error::invalid_field(what, e))?;
        }
        extras::need(self.sql())?;
        let added = self.sql().execute(
            r#"INSERT INTO "$relationships" ("id", "verb", "from", "to", "data", "created") VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT ("verb", "from", "to") DO NOTHING"#,
            &[edge.id.as_str().into(), verb.into(), from.into(), to.into(), (&edge.data).into(), self.turn.micros().into()],
        )?;
        if added == 0 {
            return Err(Error::new(
                ErrorKind::Conflict,
                format_args!("{from} {verb} {to} already"),
            ));
        }
        Ok(edge)
    }

    /// The edges from a thing, with this verb if one is given.
    pub fn from(&self, thing: &str, verb: Option<&str>) -> Result<Vec<Relationship>> {
        list(self.sql(), "from", thing, verb)
    }

    /// The edges to a thing, with this verb if one is given.
    pub fn to(&self, thing: &str, verb: Option<&str>) -> Result<Vec<Relationship>> {
        list(self.sql(), "to", thing, verb)
    }

    /// Removes an edge. Whether there was one is returned.
    pub fn delete(&self, verb: &str, from: &str, to: &str) -> Result<bool> {
        if !extras::are_there(self.sql())? {
            return Ok(false);
        }
        let gone = self.sql().execute(
            r#"DELETE FROM "$relationships" WHERE "verb" = ?1 AND "from" = ?2 AND "to" = ?3"#,
            &[verb.into(), from.into(), to.into()],
        )?;
        Ok(gone > 0)
    }

    fn sql(&self) -> &dyn Sql {
        self.turn.sql()
    }
}

fn list(sql: &dyn Sql, end: &str, thing: &str, verb: Option<&str>) -> Result<Vec<Relationship>> {
    if !extras::are_there(sql)? {
        return Ok(Vec::new());
    }
    let rows = sql.query(
        &format!(r#"SELECT "id", "verb", "from", "to", "data", "created" FROM "$relationships" WHERE "{end}" = ?1 AND (?2 IS NULL OR "verb" = ?2) ORDER BY "id" LIMIT 10000"#),
        &[thing.into(), verb.into()],
    )?;
    rows.into_iter()
        .map(|row| {
            let mut row = Reader::new(row);
            Ok(Relationship {
                id: row.text(),
                verb: row.text(),
                from: row.text(),
                to: row.text(),
                data: row.json()?,
                created_at: instant(row.integer()),
            })
        })
        .collect()
}
