//! One turn: the transaction of one object in which user code runs. What it wants to happen afterwards is collected
//! here and leaves only once the transaction is kept.

use std::cell::{Cell as StdCell, RefCell};
use std::rc::Rc;

use chrono::{DateTime, Utc};
use dotdo_core::table::quote;

use crate::app::{App, ObjectKey};
use crate::effect::{Deed, Options, guarded};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Actor, DomainEvent};
use crate::flow::FlowDef;
use crate::host::{Env, Sql};
use crate::journal::Durability;
use crate::json::Json;
use crate::maps::Named;
use crate::noun::NounDef;
use crate::object::Request;
use crate::planted::{self, Bug};
use crate::rooms;
use crate::store::{actions, events, outbox, things, versions};
use crate::stub::Op;
use crate::value::Cell;

/// A handle on the turn that is going on. Clones are the same turn.
#[derive(Clone)]
pub struct Turn(Rc<Inner>);

struct Inner {
    app: &'static App,
    key: ObjectKey,
    sql: Rc<dyn Sql>,
    env: Rc<dyn Env>,
    now: DateTime<Utc>,
    /// How many ids the object has made.
    ids: Rc<StdCell<u16>>,
    actor: RefCell<Actor>,
    /// The action whose doing this is: the verb call or the flow.
    cause: RefCell<Option<String>>,
    after: RefCell<After>,
    read_only: StdCell<bool>,
}

/// What is to happen once the turn is kept.
#[derive(Default)]
pub(crate) struct After {
    /// Flows that were started and have not been polled.
    pub flows: Vec<String>,
    /// Steps to run.
    pub steps: Vec<super::StepStart>,
    /// Messages to send: ids in the outbox.
    pub messages: Vec<String>,
    /// Those of them that were written in this turn, whom they are for and what they say.
    pub written: Named<(ObjectKey, Request)>,
    /// The version that the directory is to hear of.
    pub mirrored: Option<u64>,
    /// When to look whether it hears of it.
    pub look: Option<i64>,
    /// What was emitted, and has not been offered to the flows that wait here.
    pub emitted: Vec<DomainEvent>,
    /// Whether anything was emitted.
    pub news: bool,
    /// Events that a planted bug keeps back.
    pub late: Vec<(String, String, String, Json)>,
}

/// A row as it is stored.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: String,
    pub version: u64,
    pub created: i64,
    pub updated: i64,
    pub deleted: Option<i64>,
    pub visibility: String,
    pub cells: Vec<Cell>,
}

impl Turn {
    pub(crate) fn new(
        app: &'static App,
        key: ObjectKey,
        sql: Rc<dyn Sql>,
        env: Rc<dyn Env>,
        ids: Rc<StdCell<u16>>,
        actor: Actor,
    ) -> Self {
        let now = env.now();
        Self(Rc::new(Inner {
            app,
            key,
            sql,
            env,
            now,
            ids,
            actor: RefCell::new(actor),
            cause: RefCell::new(None),
            after: RefCell::default(),
            read_only: StdCell::new(false),
        }))
    }

    pub(crate) fn app(&self) -> &'static App {
        self.0.app
    }
    pub(crate) fn key(&self) -> &ObjectKey {
        &self.0.key
    }
    pub(crate) fn sql(&self) -> &dyn Sql {
        &*self.0.sql
    }
    /// The time of the turn: it does not pass while the turn goes on.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.0.now
    }
    pub(crate) fn micros(&self) -> i64 {
        self.0.now.timestamp_micros()
    }
    pub(crate) fn random(&self) -> u128 {
        self.0.env.random()
    }
    pub(crate) fn actor(&self) -> Actor {
        self.0.actor.borrow().clone()
    }
    pub(crate) fn cause(&self) -> Option<String> {
        self.0.cause.borrow().clone()
    }
    pub(crate) fn after(&self) -> std::cell::RefMut<'_, After> {
        self.0.after.borrow_mut()
    }

    /// A new id. The ids of one object sort in the order in which they were made.
    pub(crate) fn new_id(&self) -> String {
        let micros = u64::try_from(self.0.now.timestamp_micros()).unwrap_or(0);
        let count = self.0.ids.get();
        self.0.ids.set(count.wrapping_add(1));
        // Of the 80 bits that are random in a ULID, the first 24 are the microsecond and a counter.
        let random = u128::from(micros % 1000) << 70
            | u128::from(count & 0x3fff) << 56
            | self.random() & 0x00ff_ffff_ffff_ffff;
        dotdo_core::identity::sortable_id(micros / 1000, random)
    }

    /// Runs the body on behalf of an action: what it causes is recorded as its doing.
    pub(crate) fn on_behalf<T>(
        &self,
        actor: Option<Actor>,
        cause: Option<String>,
        body: impl FnOnce() -> T,
    ) -> T {
        let before = (self.0.actor.borrow().clone(), self.0.cause.replace(cause));
        if let Some(actor) = actor {
            self.0.actor.replace(actor);
        }
        let value = body();
        self.0.actor.replace(before.0);
        self.0.cause.replace(before.1);
        value
    }

    /// Runs user code so that its failure or panic leaves no trace of what it wrote.
    pub(crate) fn nested<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        let mark = {
            let after = self.after();
            (
                after.flows.len(),
                after.steps.len(),
                after.messages.len(),
                after.emitted.len(),
            )
        };
        let mut body = Some(body);
        let mut value = None;
        let mut refused = None;
        let kept = self.0.sql.transaction(&mut || {
            let body = body
                .take()
                .ok_or_else(|| Error::internal("a turn ran twice"))?;
            match guarded(body)? {
                Err(error) if planted::is(Bug::RefusalKept) => refused = Some(error),
                done => value = Some(done?),
            }
            Ok(())
        });
        if let Some(error) = refused {
            return Err(error);
        }
        if let Err(error) = kept {
            let mut after = self.after();
            after.flows.truncate(mark.0);
            after.steps.truncate(mark.1);
            after.messages.truncate(mark.2);
            after.emitted.truncate(mark.3);
            return Err(error);
        }
        value.ok_or_else(|| Error::internal("a turn gave no value"))
    }

    /// Runs user code that may only read.
    pub(crate) fn reading<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        let mut body = Some(body);
        let mut value = None;
        let before = self.0.read_only.replace(true);
        let done = self.0.sql.read_only(&mut || {
            let body = body
                .take()
                .ok_or_else(|| Error::internal("a query ran twice"))?;
            value = Some(guarded(body)??);
            Ok(())
        });
        self.0.read_only.set(before);
        done?;
        value.ok_or_else(|| Error::internal("a query gave no value"))
    }

    // ---- rows ----

    /// The live row with an id.
    #[doc(hidden)]
    pub fn row(&self, def: &'static NounDef, id: &str) -> Result<Row> {
        let row = things::load(self.sql(), def, id)?;
        match row {
            Some(row) if row.deleted.is_none() => Ok(row),
            Some(_) => Err(Error::new(
                ErrorKind::Gone,
                format_args!("{}/{id} has been deleted", def.name),
            )),
            None => Err(Error::not_found(format_args!(
                "there is no {}/{id}",
                def.name
            ))),
        }
    }

    /// Stores a row whose columns have changed; nothing happens if they have not. Whether they had is returned.
    #[doc(hidden)]
    pub fn store_changed(
        &self,
        def: &'static NounDef,
        before: &Row,
        cells: Vec<Cell>,
    ) -> Result<bool> {
        if before.cells == cells {
            return Ok(false);
        }
        let row = Row {
            version: before.version + 1,
            updated: self.micros(),
            cells,
            id: before.id.clone(),
            visibility: before.visibility.clone(),
            ..*before
        };
        things::update(self.sql(), def, before, &row)?;
        self.wrote(def, &row)?;
        Ok(true)
    }

    /// Makes a row. Emits `created`.
    pub(crate) fn create(
        &self,
        def: &'static NounDef,
        id: Option<String>,
        cells: Vec<Cell>,
        visibility: Option<String>,
    ) -> Result<String> {
        let id = match id {
            Some(id) => {
                dotdo_core::identity::check_id(&id).map_err(|e| Error::invalid_field("$id", e))?;
                id
            }
            None => self.new_id(),
        };
        if let Some(old) = things::load(self.sql(), def, &id)? {
            return Err(Error::new(
                ErrorKind::Conflict,
                if old.deleted.is_some() {
                    format!(
                        "{}/{id} existed and was deleted; an id is not used twice",
                        def.name
                    )
                } else {
                    format!("{}/{id} exists already", def.name)
                },
            ));
        }
        let now = self.micros();
        let row = Row {
            id,
            version: 1,
            created: now,
            updated: now,
            deleted: None,
            visibility: visibility.unwrap_or_else(|| def.visibility.to_owned()),
            cells,
        };
        things::insert(self.sql(), def, &row)?;
        self.wrote(def, &row)?;
        self.emit(def.name, "created", &row.id, things::data(def, &row.cells)?)?;
        Ok(row.id)
    }

    /// Changes the columns of a row. Emits `updated` if any of them changed.
    pub(crate) fn update(
        &self,
        def: &'static NounDef,
        before: Row,
        cells: Vec<Cell>,
    ) -> Result<()> {
        let data = things::data(def, &cells)?;
        if self.store_changed(def, &before, cells)? {
            self.emit(def.name, "updated", &before.id, data)?;
        }
        Ok(())
    }

    /// Turns a row into a tombstone. Emits `deleted`.
    pub(crate) fn delete(&self, def: &'static NounDef, before: Row) -> Result<()> {
        let now = self.micros();
        let row = Row {
            version: before.version + 1,
            updated: now,
            deleted: Some(now),
            ..before.clone()
        };
        things::update(self.sql(), def, &before, &row)?;
        self.wrote(def, &row)?;
        self.emit(def.name, "deleted", &row.id, things::data(def, &row.cells)?)
    }

    /// What follows every write of a row: its version is kept, and the tenant's directory hears of it.
    fn wrote(&self, def: &'static NounDef, row: &Row) -> Result<()> {
        if def.history {
            versions::keep(self.sql(), def, row)?;
        }
        if let Some((noun, _)) = &self.key().thing
            && noun == def.name
        {
            self.after().mirrored = Some(row.version);
        }
        Ok(())
    }

    // ---- events ----

    /// Records an event and starts its handlers, in this same transaction.
    pub(crate) fn emit(&self, noun: &str, verb: &str, subject: &str, data: Json) -> Result<()> {
        if self.0.read_only.get() {
            return Err(Error::refused("a query cannot emit"));
        }
        let event = DomainEvent {
            id: self.new_id(),
            sequence: 0,
            noun: noun.to_owned(),
            verb: verb.to_owned(),
            subject: subject.to_owned(),
            data,
            actor: self.actor(),
            action: self.cause(),
            at: self.now(),
        };
        let event = events::append(self.sql(), event)?;
        self.after().news = true;
        if !rooms::FLOWS {
            return Ok(());
        }
        super::waits::tell_watchers(self, &event)?;
        let mut text = None;
        for (flow, route) in self.app().handlers(noun, verb) {
            let text = match &text {
                Some(text) => text,
                None => text.insert(Json::of(&event)?),
            };
            if let Some(filter) = route.filter
                && !matches!(guarded(|| filter(text)), Ok(Ok(true)))
            {
                // False, an error and a panic all mean that the handler does not want it.
                continue;
            }
            match route.to {
                None => self.start_handler(flow, &event.id, text)?,
                Some(to) => {
                    let id = guarded(|| to(text))
                        .and_then(|id| id)
                        .map_err(|e| e.context(format_args!("`to` of `{}`", flow.name)))?;
                    self.deliver(flow, &event.id, text, &id)?;
                }
            }
        }
        self.after().emitted.push(event);
        Ok(())
    }

    /// Starts a handler in this object, unless this event has started it before.
    pub(crate) fn start_handler(
        &self,
        flow: &'static FlowDef,
        event: &str,
        text: &Json,
    ) -> Result<()> {
        self.start_flow(
            flow,
            text.clone(),
            "$event",
            &format!("{event}/{}", flow.name),
            Options::default(),
            Durability::Run,
        )
        .map(|_| ())
    }

    fn deliver(&self, flow: &'static FlowDef, event: &str, text: &Json, id: &str) -> Result<()> {
        let noun = flow.noun.unwrap_or_default();
        let key = if self.app().is_object(noun) {
            ObjectKey::thing(self.key().tenant.clone(), noun, id)
        } else {
            ObjectKey::tenant(self.key().tenant.clone())
        };
        if key == *self.key() {
            return self.start_handler(flow, event, text);
        }
        let op = Op::Deliver {
            handler: flow.name.to_owned(),
            event: text.clone(),
        };
        let id = format!("event/{event}/{}", flow.name);
        outbox::put(self, &id, &id, &key, vec![op], None)
    }

    /// Starts a flow: a row in the journal. Gives its id, or none if it was started before under the same key.
    pub(crate) fn start_flow(
        &self,
        flow: &'static FlowDef,
        input: Json,
        parent: &str,
        key: &str,
        options: Options,
        durability: Durability,
    ) -> Result<Option<String>> {
        let limit = options.within.or(flow.policy.timeout);
        let action = actions::Action {
            kind: actions::Kind::Flow,
            name: flow.name.to_owned(),
            target: self.key().to_string(),
            parent: Some(parent.to_owned()),
            key: Some(key.to_owned()),
            input,
            options,
            durability,
            version: flow.version,
            deadline: limit.map(|d| {
                self.micros()
                    .saturating_add(i64::try_from(d.as_micros()).unwrap_or(i64::MAX))
            }),
            ..actions::Action::new(self)
        };
        let id = action.id.clone();
        if !actions::insert(self.sql(), &action)? {
            return Ok(None);
        }
        self.after().flows.push(id.clone());
        Ok(Some(id))
    }

    // ---- effects that are not awaited ----

    /// Accepts an effect with this transaction: it will be done, and nobody waits for it.
    pub(crate) fn send(&self, deed: Deed, options: Options) -> Result<()> {
        if self.0.read_only.get() {
            return Err(Error::refused("a query cannot send"));
        }
        if !rooms::FLOWS {
            return Err(rooms::lacking("flows"));
        }
        let id = self.new_id();
        let parent = self.cause().unwrap_or_else(|| "$send".to_owned());
        crate::journal::begin(
            self,
            deed,
            options,
            Durability::Send,
            &parent,
            &format!("send/{id}"),
        )
        .map(|_| ())
    }
}

impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Turn({})", self.0.key)
    }
}

/// The list `?1, ?2, …` for so many values, and quoted names joined by commas.
pub(crate) fn places(from: usize, count: usize) -> String {
    (from..from + count)
        .map(|n| format!("?{n}"))
        .collect::<Vec<_>>()
        .join(", ")
}

pub(crate) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quote).collect::<Vec<_>>().join(", ")
}
