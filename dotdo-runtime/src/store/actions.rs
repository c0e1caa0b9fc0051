//! Every verb call, step, flow and call to another object as a row: what was asked, by whom, how often it was tried,
//! what came of it. The rows of a flow's children, found by parent and key, *are* the flow's journal.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Page, Reader, instant, is_there, memory};
use crate::effect::Options;
use crate::error::{Error, Result};
use crate::event::Actor;
use crate::host::Sql;
use crate::journal::{Durability, Undo};
use crate::json::Json;
use crate::object::turn::Turn;
use crate::value::{Cell, CellRef};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum $name { $($(#[$vdoc])* $variant),* }
        impl $name {
            /// The word it is stored as.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            pub(crate) fn of(word: &str) -> Result<Self> {
                match word { $($word => Ok(Self::$variant),)* other => Err(Error::internal(format_args!("`{other}` is no {}", stringify!($name)))) }
            }
        }
    };
}

pub(crate) use words;

words! {
    /// What an action is.
    Kind {
        /// A verb that was called.
        Verb = "verb",
        /// A journaled function.
        Flow = "flow",
        /// A leaf step.
        Step = "step",
        /// A call of a flow's to an object.
        Call = "call",
        /// A pause of a flow's.
        Sleep = "sleep",
        /// A value that a flow must see again when it is replayed: the time, a random number, an answer.
        Value = "value",
        /// A question of a flow's to somebody.
        Ask = "ask",
        /// A flow waits for an event.
        Wait = "wait",
    }
}

words! {
    /// How far an action is.
    Status {
        /// Accepted, not begun.
        Pending = "pending",
        /// Under way.
        Running = "running",
        /// It failed and will be tried again.
        Retrying = "retrying",
        /// Done.
        Completed = "completed",
        /// Failed for good.
        Failed = "failed",
        /// Given up, because something else decided or somebody said so.
        Cancelled = "cancelled",
        /// A flow that failed: what it had done is being undone.
        Undoing = "undoing",
        /// A flow whose journal this program cannot follow. It waits for one that can.
        Parked = "parked",
    }
}

/// One action.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// Its id, sortable by time.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The verb, step, flow or call: `charge`, `Order.pay`.
    pub name: String,
    /// What it is done to.
    pub target: String,
    /// Who does it.
    pub actor: Actor,
    /// The action it is part of, or `$event`, `$schedule`, `$call`, `$send` for what started by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Its key in the parent's journal: name and occurrence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What it was given.
    pub input: Json,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Json>,
    /// Why the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    #[serde(skip)]
    pub(crate) options: Options,
    /// Whether it is awaited and repeated.
    pub durability: Durability,
    /// How far it is.
    pub status: Status,
    /// The version of the function that ran it.
    pub version: u32,
    /// How often it was tried.
    pub attempts: u32,
    /// The shape of what it gives: `Receipt { number: text }`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    #[serde(skip)]
    pub(crate) undo: Option<Undo>,
    #[serde(skip)]
    pub(crate) due: Option<i64>,
    #[serde(skip)]
    pub(crate) deadline: Option<i64>,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
    /// When the first attempt began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime<Utc>>,
    /// When it was done or failed for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<DateTime<Utc>>,
}

impl Action {
    pub(crate) fn new(turn: &Turn) -> Self {
        Self {
            id: turn.new_id(),
            kind: Kind::Verb,
            name: String::new(),
            target: String::new(),
            actor: turn.actor(),
            parent: turn.cause(),
            key: None,
            input: Json::null(),
            output: None,
            error: None,
            options: Options::default(),
            durability: Durability::Run,
            status: Status::Pending,
            version: 1,
            attempts: 0,
            schema: None,
            undo: None,
            due: None,
            deadline: None,
            created_at: turn.now(),
            started_at: None,
            completed_at: None,
        }
    }

    pub(crate) const fn is_open(&self) -> bool {
        matches!(
            self.status,
            Status::Pending | Status::Running | Status::Retrying | Status::Undoing | Status::Parked
        )
    }

    /// Whether it says when it was completed, if it was: an index finds what is open by that.
    const fn is_dated(&self) -> bool {
        self.is_open() == self.completed_at.is_none()
    }

    /// The result that its flow sees, once there is one.
    pub(crate) fn result(&self) -> Option<Result<Json>> {
        match self.status {
            Status::Completed => Some(Ok(self.output.clone().unwrap_or_else(Json::null))),
            Status::Failed | Status::Cancelled => Some(Err(self
                .error
                .clone()
                .unwrap_or_else(|| Error::internal("it failed, but why was not recorded")))),
            _ => None,
        }
    }
}

/// Which actions are wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ActionFilter {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// With this name.
    pub name: Option<String>,
    /// With this status.
    pub status: Option<Status>,
    /// Part of this action.
    pub parent: Option<String>,
    /// Done to this.
    pub target: Option<String>,
    /// Done by this actor.
    pub actor: Option<String>,
    /// Those after this id.
    pub after: Option<String>,
    /// At most so many; 100 unless said otherwise.
    pub limit: Option<u32>,
}

/// The columns of a row, in the order of [`cells`] and [`read`]: part of constants, because what is asked with every turn
/// should not have to be put together each time.
macro_rules! columns {
    () => {
        r#""id", "kind", "name", "target", "actor", "parent", "key", "input", "output", "error", "options", "durability", "status", "version", "attempts", "due", "deadline", "created", "started", "completed", "schema", "undo""#
    };
}

/// What of an action has to be written as JSON first.
struct Written {
    error: Option<Json>,
    options: Option<Json>,
    undo: Option<Json>,
}

impl Written {
    fn of(action: &Action) -> Result<Self> {
        let options = Some(&action.options).filter(|options| **options != Options::default());
        Ok(Self {
            error: action.error.as_ref().map(Json::of).transpose()?,
            options: options.map(Json::of).transpose()?,
            undo: action.undo.as_ref().map(Json::of).transpose()?,
        })
    }
}

fn cells<'a>(action: &'a Action, written: &'a Written) -> [CellRef<'a>; 22] {
    debug_assert!(action.is_dated(), "the index of what is open has it wrong");
    let micros = |at: Option<DateTime<Utc>>| CellRef::from(at.map(|at| at.timestamp_micros()));
    [
        action.id.as_str().into(),
        action.kind.word().into(),
        action.name.as_str().into(),
        action.target.as_str().into(),
        action.actor.as_str().into(),
        action.parent.as_deref().into(),
        action.key.as_deref().into(),
        (&action.input).into(),
        action.output.as_ref().into(),
        written.error.as_ref().into(),
        written.options.as_ref().into(),
        action.durability.word().into(),
        action.status.word().into(),
        action.version.into(),
        action.attempts.into(),
        action.due.into(),
        action.deadline.into(),
        action.created_at.timestamp_micros().into(),
        micros(action.started_at),
        micros(action.completed_at),
        action.schema.as_deref().into(),
        written.undo.as_ref().into(),
    ]
}

fn read(row: Vec<Cell>) -> Result<Action> {
    let mut row = Reader::new(row);
    let json = |text: Option<String>| text.map(Json::parse).transpose();
    Ok(Action {
        id: row.text(),
        kind: Kind::of(&row.text())?,
        name: row.text(),
        target: row.text(),
        actor: row.text(),
        parent: row.text_or_null(),
        key: row.text_or_null(),
        input: row.json()?,
        output: json(row.text_or_null())?,
        error: json(row.text_or_null())?.map(|e| e.read()).transpose()?,
        options: json(row.text_or_null())?
            .map(|o| o.read())
            .transpose()?
            .unwrap_or_default(),
        durability: Durability::of(&row.text())?,
        status: Status::of(&row.text())?,
        version: u32::try_from(row.integer()).unwrap_or(1),
        attempts: u32::try_from(row.integer()).unwrap_or(0),
        due: row.integer_or_null(),
        deadline: row.integer_or_null(),
        created_at: instant(row.integer()),
        started_at: row.integer_or_null().map(instant),
        completed_at: row.integer_or_null().map(instant),
        schema: row.text_or_null(),
        undo: json(row.text_or_null())?.map(|u| u.read()).transpose()?,
    })
}

const INSERT: &str = concat!(
    r#"INSERT INTO "$actions" ("#,
    columns!(),
    r#") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
       ON CONFLICT ("parent", "key") WHERE "parent" IS NOT NULL DO NOTHING"#
);

/// Adds a verb that was done at once. Most actions are, and few columns tell them apart.
pub(crate) fn append(sql: &dyn Sql, done: &Done<'_>) -> Result<()> {
    sql.append(
        r#"INSERT INTO "$actions" ("id", "kind", "name", "target", "actor", "parent", "input", "output", "durability", "status", "version", "attempts", "created", "started", "completed")
           VALUES (?1, 'verb', ?2, ?3, ?4, ?5, ?6, ?7, 'do', 'completed', 1, 1, ?8, ?8, ?8)"#,
        &[
            done.id.into(),
            done.name.into(),
            done.target.into(),
            done.actor.into(),
            done.parent.into(),
            done.input.into(),
            done.output.into(),
            done.at.into(),
        ],
    )
}

/// A verb that was done at once.
pub(crate) struct Done<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub target: &'a str,
    pub actor: &'a str,
    pub parent: Option<&'a str>,
    pub input: &'a Json,
    pub output: &'a Json,
    /// In microseconds.
    pub at: i64,
}

/// Adds an action. False if its parent's journal has one under this key already.
pub(crate) fn insert(sql: &dyn Sql, action: &Action) -> Result<bool> {
    let cells = CellRef::owned(&cells(action, &Written::of(action)?));
    let added = sql.execute(INSERT, &cells)?;
    if added > 0 {
        memory::added_due(sql, action.due);
        memory::added_due(sql, action.deadline);
        if action.kind == Kind::Wait {
            memory::waited_for(sql);
        }
    }
    Ok(added > 0)
}

/// Stores how far an action is.
pub(crate) fn update(sql: &dyn Sql, action: &Action) -> Result<()> {
    debug_assert!(action.is_dated(), "the index of what is open has it wrong");
    sql.execute(
        r#"UPDATE "$actions" SET "output" = ?2, "error" = ?3, "status" = ?4, "attempts" = ?5, "due" = ?6, "deadline" = ?7, "started" = ?8, "completed" = ?9, "version" = ?10 WHERE "id" = ?1"#,
        &[
            action.id.as_str().into(),
            action.output.as_ref().into(),
            action.error.as_ref().map(Json::of).transpose()?.as_ref().into(),
            action.status.word().into(),
            action.attempts.into(),
            action.due.into(),
            action.deadline.into(),
            action.started_at.map(|at| at.timestamp_micros()).into(),
            action.completed_at.map(|at| at.timestamp_micros()).into(),
            action.version.into(),
        ],
    )?;
    memory::changed_due(sql);
    if action.kind == Kind::Wait {
        memory::waited_for(sql);
    }
    Ok(())
}

/// Stores how an entry of a flow's journal can be undone.
pub(crate) fn set_undo(sql: &dyn Sql, parent: &str, key: &str, undo: &Undo) -> Result<()> {
    sql.execute(
        r#"UPDATE "$actions" SET "undo" = ?3 WHERE "parent" = ?1 AND "key" = ?2"#,
        &[parent.into(), key.into(), (&Json::of(undo)?).into()],
    )?;
    Ok(())
}

/// Stores that the branch which asked for an action was given up.
pub(crate) fn abandon(sql: &dyn Sql, action: &Action) -> Result<()> {
    let options = Options {
        abandoned: true,
        ..action.options.clone()
    };
    set_options(sql, &action.id, &options)
}

/// Stores the modifiers of an action anew.
pub(crate) fn set_options(sql: &dyn Sql, id: &str, options: &Options) -> Result<()> {
    sql.execute(
        r#"UPDATE "$actions" SET "options" = ?2 WHERE "id" = ?1"#,
        &[id.into(), (&Json::of(options)?).into()],
    )?;
    Ok(())
}

/// Marks a flow as ended while its end is being written: what is given up tells its parent, and that is not to go on.
pub(crate) fn mark_ended(sql: &dyn Sql, id: &str) -> Result<()> {
    sql.execute(
        r#"UPDATE "$actions" SET "status" = 'cancelled' WHERE "id" = ?1"#,
        &[id.into()],
    )?;
    Ok(())
}

/// The entry of a journal under a key.
pub(crate) fn entry(sql: &dyn Sql, parent: &str, key: &str) -> Result<Option<Action>> {
    sql.query(
        concat!(
            "SELECT ",
            columns!(),
            r#" FROM "$actions" WHERE "parent" = ?1 AND "key" = ?2"#
        ),
        &[parent.into(), key.into()],
    )?
    .into_iter()
    .next()
    .map(read)
    .transpose()
}

pub(crate) fn load(sql: &dyn Sql, id: &str) -> Result<Option<Action>> {
    sql.query(
        concat!("SELECT ", columns!(), r#" FROM "$actions" WHERE "id" = ?1"#),
        &[id.into()],
    )?
    .into_iter()
    .next()
    .map(read)
    .transpose()
}

/// The journal of a flow.
pub(crate) fn children(sql: &dyn Sql, parent: &str) -> Result<Vec<Action>> {
    sql.query(
        concat!(
            "SELECT ",
            columns!(),
            r#" FROM "$actions" WHERE "parent" = ?1 AND "key" IS NOT NULL"#
        ),
        &[parent.into()],
    )?
    .into_iter()
    .map(read)
    .collect()
}

/// Moves entries of a journal out of it, so that the flow does them anew. They stay on record under a parent that names
/// the flow.
pub(crate) fn forget(sql: &dyn Sql, flow: &str, ids: &[String], under: &str) -> Result<()> {
    for id in ids {
        sql.execute(
            r#"UPDATE "$actions" SET "parent" = ?3, "due" = NULL, "deadline" = NULL WHERE "id" = ?1 AND "parent" = ?2"#,
            &[id.as_str().into(), flow.into(), under.into()],
        )?;
    }
    memory::changed_due(sql);
    Ok(())
}

/// All actions of a kind, oldest first.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn of_kind(sql: &dyn Sql, kind: Kind) -> Result<Vec<Action>> {
    sql.query(
        concat!(
            "SELECT ",
            columns!(),
            r#" FROM "$actions" WHERE "kind" = ?1 ORDER BY "id""#
        ),
        &[kind.word().into()],
    )?
    .into_iter()
    .map(read)
    .collect()
}

/// The ids of what is due, of what is past its deadline, earliest first.
pub(crate) fn due(sql: &dyn Sql, now: i64) -> Result<Vec<String>> {
    let mut due = Vec::new();
    for text in [
        r#"SELECT "due", "id" FROM "$actions" WHERE "due" <= ?1 ORDER BY "due" LIMIT 1000"#,
        r#"SELECT "deadline", "id" FROM "$actions" WHERE "deadline" <= ?1 ORDER BY "deadline" LIMIT 1000"#,
    ] {
        due.extend(sql.query(text, &[now.into()])?.into_iter().map(|row| {
            let mut row = Reader::new(row);
            (row.integer(), row.text())
        }));
    }
    due.sort_unstable();
    let mut ids: Vec<String> = Vec::with_capacity(due.len());
    for (_, id) in due {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The ids of the open actions of a kind with a status, oldest first.
pub(crate) fn open(sql: &dyn Sql, status: Status, kind: Kind) -> Result<Vec<String>> {
    // It says that they are not completed, so that the partial index is used.
    let sql_text = format!(
        r#"SELECT "id" FROM "$actions" WHERE "status" = '{}' AND "kind" = '{}' AND "completed" IS NULL ORDER BY "id""#,
        status.word(),
        kind.word()
    );
    ids(sql, &sql_text, &[])
}

/// Whether any flow waits for an event.
pub(super) fn any_waits(sql: &dyn Sql) -> Result<bool> {
    is_there(
        sql,
        r#"SELECT min("name") FROM "$actions" WHERE "kind" = 'wait' AND "status" = 'running'"#,
    )
}

/// The ids of the waits for an event of a thing, oldest first.
pub(crate) fn waits(sql: &dyn Sql, name: &str, subject: &str) -> Result<Vec<String>> {
    if !memory::may_be_waited_for(sql, || any_waits(sql))? {
        return Ok(Vec::new());
    }
    // Named in full, so that the partial index is used. In two parts and sorted here: there are none, as a rule, and for a
    // list of targets, or to sort, SQLite would build a table first.
    let mut found = ids(
        sql,
        r#"SELECT "id" FROM "$actions" WHERE "kind" = 'wait' AND "status" = 'running' AND "name" = ?1 AND "target" = ''
           UNION ALL SELECT "id" FROM "$actions" WHERE "kind" = 'wait' AND "status" = 'running' AND "name" = ?1 AND "target" = ?2"#,
        &[name.into(), subject.into()],
    )?;
    found.sort_unstable();
    Ok(found)
}

fn ids(sql: &dyn Sql, text: &str, params: &[Cell]) -> Result<Vec<String>> {
    Ok(sql
        .query(text, params)?
        .into_iter()
        .map(|row| Reader::new(row).text())
        .collect())
}

pub(crate) fn list(sql: &dyn Sql, filter: &ActionFilter) -> Result<Page<Action>> {
    let limit = filter.limit.unwrap_or(100).clamp(1, 1000);
    let rows = sql.query(
        concat!(
            "SELECT ",
            columns!(),
            r#" FROM "$actions" WHERE "id" > ?1 AND (?2 IS NULL OR "kind" = ?2) AND (?3 IS NULL OR "name" = ?3) AND (?4 IS NULL OR "status" = ?4)
               AND (?5 IS NULL OR "parent" = ?5) AND (?6 IS NULL OR "target" = ?6) AND (?7 IS NULL OR "actor" = ?7) ORDER BY "id" LIMIT ?8"#
        ),
        &[
            filter.after.as_deref().unwrap_or("").into(),
            filter.kind.map(Kind::word).into(),
            filter.name.clone().into(),
            filter.status.map(Status::word).into(),
            filter.parent.clone().into(),
            filter.target.clone().into(),
            filter.actor.clone().into(),
            Cell::Integer(i64::from(limit) + 1),
        ],
    )?;
    let items = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(items, limit, |a| a.id.clone()))
}
