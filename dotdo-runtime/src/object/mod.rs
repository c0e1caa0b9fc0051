//! One Durable Object: its turns, its flows, its migrations.
//!
//! An object is sans-I/O. [`Input`]s go in, each is a turn (one transaction, and one more for each flow it sets
//! going), and [`Output`]s come out, which the host carries out once the storage is durable.

pub(crate) mod perform;
pub mod turn;

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use dotdo_core::migration;
use dotdo_core::table::Schema;
use serde::{Deserialize, Serialize};

use crate::app::{App, ObjectKey};
use crate::effect::{LocalFuture, StepDef, StepKey, guarded};
use crate::error::{Error, ErrorKind, Result};
use crate::event::Actor;
use crate::flow::{FlowDef, Trigger};
use crate::host::{Env, Sql};
use crate::journal::{self, Begun, Durability, Run};
use crate::json::Json;
use crate::store::actions::{self, Action, Kind, Status};
use crate::store::{self, inbox, letters, meta, outbox, schedules};
use crate::stub::Op;
use turn::Turn;

/// A request to an object: a chain of operations, the first of which is its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// A request with an id takes effect once, however often it arrives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Who asks.
    pub actor: Actor,
    /// What is asked.
    pub ops: Vec<Op>,
    /// Reserved for hosts: do not make the object for this request.
    #[serde(default, skip)]
    pub if_exists: bool,
}

impl Request {
    /// A request for one operation.
    pub fn new(actor: impl Into<Actor>, op: Op) -> Self {
        Self { id: None, actor: actor.into(), ops: vec![op], if_exists: false }
    }

    /// The same request, to take effect once under this id.
    pub fn once(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

/// The answer to a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// The value.
    Done(Json),
    /// The chain goes on at another object.
    Onward {
        /// Which one.
        to: ObjectKey,
        /// What is left of the chain.
        ops: Vec<Op>,
    },
}

/// What can happen to an object.
#[derive(Debug)]
pub enum Input {
    /// Somebody asks something; the token comes back with the answer.
    Request(Request, u64),
    /// An attempt of a step is over.
    StepDone {
        /// The action.
        action: String,
        /// Which attempt.
        attempt: u32,
        /// What came of it.
        result: Result<Json>,
    },
    /// A message was answered, or could not be delivered.
    MessageDone {
        /// The message.
        id: String,
        /// The answer.
        result: Result<Json>,
    },
    /// The alarm went off.
    Alarm,
}

/// What an object wants done, once its storage is durable.
#[derive(Debug)]
pub enum Output {
    /// Give the answer to who asked.
    Answer(u64, Result<Answer>),
    /// Run an attempt of a step.
    Step(StepStart),
    /// Give up waiting for a step.
    Cancel {
        /// The action.
        action: String,
        /// Which attempt.
        attempt: u32,
    },
    /// Deliver a message and bring its answer back.
    Message {
        /// Its id.
        id: String,
        /// Whom it is for.
        to: ObjectKey,
        /// What it says.
        request: Request,
    },
}

/// An attempt of a step that is to be run.
#[derive(Clone, Debug)]
pub struct StepStart {
    /// The action.
    pub action: String,
    /// Which attempt.
    pub attempt: u32,
    /// The name of the step.
    pub name: String,
    /// Its arguments.
    pub args: Json,
    /// What the outside may know it by.
    pub key: StepKey,
}

impl StepStart {
    pub(crate) fn of(action: &Action) -> Self {
        let key = action.options.key.clone().unwrap_or_else(|| action.id.clone());
        Self { action: action.id.clone(), attempt: action.attempts, name: action.name.clone(), args: action.input.clone(), key: StepKey::new(key) }
    }

    /// The future of the attempt. Panics in it are errors.
    pub fn run(&self, def: &'static StepDef) -> impl Future<Output = Result<Json>> + 'static {
        let args = self.args.clone();
        crate::effect::Keyed::new(self.key.clone(), move || (def.run)(args))
    }
}

/// A flow that is in memory.
struct Live {
    run: Run,
    future: LocalFuture<Result<Json>>,
}

/// One Durable Object.
pub struct Object {
    app: &'static App,
    key: ObjectKey,
    sql: Rc<dyn Sql>,
    env: Rc<dyn Env>,
    live: BTreeMap<String, Live>,
    /// Flows polled in the turn that is going on: they are ahead of the storage if it fails.
    touched: Vec<String>,
    /// Flows to be polled next.
    fresh: VecDeque<String>,
    /// Attempts under way in this process.
    steps: BTreeMap<String, u32>,
    /// Messages under way in this process.
    messages: BTreeMap<String, ()>,
    outputs: Vec<Output>,
    /// How many ids have been made.
    ids: Rc<Cell<u16>>,
    /// The storage failed: what is in memory may be ahead of it.
    storage_failed: bool,
}

/// The version of the runtime's own tables.
const SYSTEM_VERSION: &str = "1";
/// A message that cannot be delivered is given up after so many attempts (about two days).
const MAX_DELIVERIES: u32 = 5_760;

impl Object {
    /// Opens an object: identity and schema are brought up to date before anything else, then what was under way is
    /// taken up again. The outputs are to be carried out like those of a turn.
    pub fn open(app: &'static App, key: ObjectKey, sql: Rc<dyn Sql>, env: Rc<dyn Env>) -> Result<(Self, Vec<Output>)> {
        let mut object = Self {
            app,
            key,
            sql,
            env,
            live: BTreeMap::new(),
            touched: Vec::new(),
            fresh: VecDeque::new(),
            steps: BTreeMap::new(),
            messages: BTreeMap::new(),
            outputs: Vec::new(),
            ids: Rc::default(),
            storage_failed: false,
        };
        object.transact("dotdo", |object, turn| {
            object.prepare(turn)?;
            object.resume(turn)
        })?;
        object.drive_fresh();
        let outputs = std::mem::take(&mut object.outputs);
        Ok((object, outputs))
    }

    /// The identity.
    pub fn key(&self) -> &ObjectKey {
        &self.key
    }

    /// Whether nothing is under way, so that the object can be put to sleep.
    pub fn is_idle(&self) -> bool {
        self.steps.is_empty() && self.messages.is_empty() && self.fresh.is_empty()
    }

    /// Whether the storage failed since this was asked last. If so, the object is to be opened anew: what could not
    /// be stored is then taken up from what was.
    pub fn take_storage_failure(&mut self) -> bool {
        std::mem::take(&mut self.storage_failed)
    }

    /// One turn.
    pub fn handle(&mut self, input: Input) -> Vec<Output> {
        match input {
            Input::Request(request, token) => self.request(&request, token),
            Input::StepDone { action, attempt, result } => self.step_done(&action, attempt, result),
            Input::MessageDone { id, result } => self.message_done(&id, result),
            Input::Alarm => self.alarm(),
        }
        self.drive_fresh();
        std::mem::take(&mut self.outputs)
    }

    fn transact<T>(&mut self, actor: &str, body: impl FnOnce(&mut Self, &Turn) -> Result<T>) -> Result<T> {
        let turn = Turn::new(self.app, self.key.clone(), self.sql.clone(), self.env.clone(), self.ids.clone(), actor.to_owned());
        let mut body = Some(body);
        let mut value = None;
        let outputs = self.outputs.len();
        let sql = self.sql.clone();
        let kept = sql.transaction(&mut || {
            let body = body.take().ok_or_else(|| Error::internal("a turn ran twice"))?;
            value = Some(body(self, &turn)?);
            self.arm(&turn)
        });
        let touched = std::mem::take(&mut self.touched);
        if let Err(error) = kept {
            self.storage_failed |= error.kind() == ErrorKind::Storage;
            self.outputs.truncate(outputs);
            for run in touched {
                self.live.remove(&run);
            }
            return Err(error);
        }
        let after = std::mem::take(&mut *turn.after());
        for step in after.steps {
            self.steps.insert(step.action.clone(), step.attempt);
            self.outputs.push(Output::Step(step));
        }
        for id in after.messages {
            // One that was replaced by a newer one in the same turn is gone.
            if let Some(message) = outbox::load(&*self.sql, &id)? {
                self.messages.insert(id.clone(), ());
                self.outputs.push(Output::Message { id, to: message.to, request: message.request });
            }
        }
        self.fresh.extend(after.flows);
        value.ok_or_else(|| Error::internal("a turn gave no value"))
    }

    /// Tells the host when to wake the object, before the transaction commits.
    fn arm(&self, turn: &Turn) -> Result<()> {
        let sql = turn.sql();
        let next = [actions::next_due(sql)?, outbox::next_due(sql)?, schedules::next_due(sql)?].into_iter().flatten().min();
        let busy = {
            let after = turn.after();
            !(self.is_idle() && after.flows.is_empty() && after.steps.is_empty() && after.messages.is_empty())
        };
        self.env.arm(next.map(store::instant), busy)
    }

    // ---- waking ----

    fn prepare(&mut self, turn: &Turn) -> Result<()> {
        let sql = turn.sql();
        let known = !sql.query(r#"SELECT 1 FROM sqlite_master WHERE "name" = '$meta'"#, &[])?.is_empty();
        let schema = self.app.schema_of(self.key.noun());
        if known {
            self.check_identity(sql)?;
            self.migrate(sql, &schema)?;
        } else {
            for statement in store::SYSTEM.iter().copied().map(str::to_owned).chain(schema.create()) {
                sql.execute(&statement, &[])?;
            }
            meta::set(sql, "system", SYSTEM_VERSION)?;
            meta::set(sql, "identity", Json::of(&self.key)?.text())?;
            meta::set(sql, "fingerprint", &schema.fingerprint())?;
            meta::set(sql, "schema", Json::of(&schema)?.text())?;
        }
        schedules::sync(sql, self.app.schedules_of(&self.key), turn.now())
    }

    fn check_identity(&self, sql: &dyn Sql) -> Result<()> {
        let system = meta::get(sql, "system")?.unwrap_or_default();
        if system != SYSTEM_VERSION {
            return Err(Error::new(ErrorKind::Storage, format_args!("the data of {} was written by another version of dotdo (layout {system}, this program has {SYSTEM_VERSION})", self.key)));
        }
        let identity = meta::get(sql, "identity")?.unwrap_or_default();
        if identity != Json::of(&self.key)?.text() {
            return Err(Error::new(ErrorKind::Storage, format_args!("the data of {} belongs to another object: {identity}", self.key)));
        }
        Ok(())
    }

    fn migrate(&self, sql: &dyn Sql, schema: &Schema) -> Result<()> {
        let fingerprint = schema.fingerprint();
        if meta::get(sql, "fingerprint")?.as_deref() == Some(&fingerprint) {
            return Ok(());
        }
        let stored = meta::get(sql, "schema")?.unwrap_or_default();
        let old: Schema = crate::json::read(&stored)?;
        let plan = migration::plan(&old, schema);
        let refusals = plan.refusals();
        if !refusals.is_empty() {
            let list: Vec<_> = refusals.iter().map(ToString::to_string).collect();
            return Err(Error::new(ErrorKind::Storage, format_args!("the data of {} cannot be brought to this program's schema:\n{}", self.key, list.join("\n"))));
        }
        for statement in plan.sql() {
            sql.execute(statement, &[]).map_err(|e| e.context(format_args!("migrating {}", self.key)))?;
        }
        meta::set(sql, "fingerprint", &fingerprint)?;
        meta::set(sql, "schema", Json::of(schema)?.text())
    }

    /// Takes up what was under way when the process stopped: the same steps with the same keys, the same messages
    /// with the same ids.
    fn resume(&mut self, turn: &Turn) -> Result<()> {
        let sql = turn.sql();
        let flows = actions::open(sql, Status::Pending, Kind::Flow)?;
        turn.after().flows.extend(flows);
        for id in actions::open(sql, Status::Running, Kind::Step)? {
            if let Some(action) = actions::load(sql, &id)? {
                turn.after().steps.push(StepStart::of(&action));
            }
        }
        let messages = outbox::waiting(sql, None)?;
        turn.after().messages.extend(messages);
        Ok(())
    }

    // ---- inputs ----

    fn request(&mut self, request: &Request, token: u64) {
        let answer = self.transact(&request.actor, |_, turn| {
            let Some(id) = &request.id else { return perform::perform_chain(turn, request) };
            let fingerprint = fingerprint(&request.ops)?;
            if let Some(answer) = inbox::find(turn.sql(), id, &fingerprint)? {
                return answer.read();
            }
            let answer = perform::perform_chain(turn, request)?;
            inbox::put(turn.sql(), id, &fingerprint, &Json::of(&answer)?, turn.micros())?;
            Ok(answer)
        });
        // What was no fit input is not worth a row; anybody can send any number of those.
        if let Err(error) = &answer
            && matches!(error.kind(), ErrorKind::Refused | ErrorKind::Conflict | ErrorKind::Failed | ErrorKind::Permanent | ErrorKind::Timeout | ErrorKind::Internal)
        {
            // The record of a refusal is worth having, but not worth a second error.
            let _ = self.transact(&request.actor, |_, turn| perform::record_failure(turn, request, error));
        }
        self.outputs.push(Output::Answer(token, answer));
    }

    fn step_done(&mut self, id: &str, attempt: u32, result: Result<Json>) {
        if self.steps.get(id) != Some(&attempt) {
            return;
        }
        self.steps.remove(id);
        self.settle(id, result);
    }

    fn message_done(&mut self, id: &str, result: Result<Json>) {
        self.messages.remove(id);
        let message = match outbox::load(&*self.sql, id) {
            Ok(Some(message)) => message,
            // It was replaced, or its action timed out.
            Ok(None) => return,
            Err(_) => return,
        };
        let unreachable = result.as_ref().err().is_some_and(outbox::is_unreachable);
        if unreachable && message.attempts + 1 < MAX_DELIVERIES {
            let attempts = message.attempts + 1;
            let _ = self.transact("dotdo", |_, turn| {
                let delay = crate::effect::Policy::DEFAULT.delay(attempts, 0);
                let due = turn.micros() + i64::try_from(delay.as_micros()).unwrap_or(i64::MAX);
                outbox::postpone(turn.sql(), id, attempts, due)
            });
            return;
        }
        match message.action {
            Some(action) => self.settle_message(id, &action, result),
            None => {
                let _ = self.transact("dotdo", |_, turn| {
                    outbox::remove(turn.sql(), id)?;
                    if let Err(error) = &result {
                        let name = message.request.ops.first().map(journal::op_name).unwrap_or_default();
                        letters::put(turn.sql(), id, &name, &Json::of(&message.request)?, error, message.attempts + 1, turn.micros())?;
                    }
                    Ok(())
                });
            }
        }
    }

    fn settle_message(&mut self, message: &str, action: &str, result: Result<Json>) {
        let _ = self.transact("dotdo", |object, turn| {
            outbox::remove(turn.sql(), message)?;
            object.settle_in(turn, action, result)
        });
    }

    fn settle(&mut self, id: &str, result: Result<Json>) {
        // If the storage fails, the step runs again, with the same key, when the object is opened anew.
        let _ = self.transact("dotdo", |object, turn| object.settle_in(turn, id, result));
    }

    /// Stores what came of an action, and lets the flow that waits for it go on, in one transaction.
    fn settle_in(&mut self, turn: &Turn, id: &str, result: Result<Json>) -> Result<()> {
        let Some(mut action) = actions::load(turn.sql(), id)? else { return Ok(()) };
        if !action.is_open() {
            return Ok(());
        }
        match journal::settle(turn, &mut action, result)? {
            Some(result) => self.tell_parent(turn, &action, result),
            None => Ok(()),
        }
    }

    fn tell_parent(&mut self, turn: &Turn, action: &Action, result: Result<Json>) -> Result<()> {
        let (Some(parent), Some(key)) = (&action.parent, &action.key) else { return Ok(()) };
        if action.durability == Durability::Send || parent.starts_with('$') {
            return Ok(());
        }
        if let Some(live) = self.live.get(parent) {
            live.run.give(key, result);
            self.touched.push(parent.clone());
        }
        self.drive(turn, parent)
    }

    fn alarm(&mut self) {
        let now = self.env.now();
        let due = actions::due(&*self.sql, now.timestamp_micros()).unwrap_or_default();
        for id in due {
            let _ = self.transact("dotdo", |object, turn| object.due(turn, &id));
        }
        for id in outbox::waiting(&*self.sql, Some(now.timestamp_micros())).unwrap_or_default() {
            let underway = self.messages.contains_key(&id);
            let _ = self.transact("dotdo", |_, turn| {
                let attempts = outbox::load(turn.sql(), &id)?.map_or(0, |m| m.attempts);
                outbox::postpone(turn.sql(), &id, attempts, turn.micros() + outbox::REDELIVERY_MICROS)?;
                if !underway {
                    turn.after().messages.push(id.clone());
                }
                Ok(())
            });
        }
        let schedules: Vec<_> = self.app.schedules_of(&self.key).collect();
        let _ = self.transact("dotdo", |_, turn| {
            for schedule in schedules {
                for at in schedules::take_due(turn.sql(), schedule, now)? {
                    // The instant is part of the key, so that no run can be started twice.
                    let key = format!("{}/{}", schedule.flow.name, at.to_rfc3339());
                    turn.start_flow(schedule.flow, Json::of(&at)?, "$schedule", &key, crate::effect::Options::default(), Durability::Run)?;
                }
            }
            Ok(())
        });
    }

    /// An action's time has come: a pause is over, a retry is due, or a time limit has passed.
    fn due(&mut self, turn: &Turn, id: &str) -> Result<()> {
        let Some(mut action) = actions::load(turn.sql(), id)? else { return Ok(()) };
        let now = turn.micros();
        if action.is_open() && action.deadline.is_some_and(|d| d <= now) {
            let error = journal::timed_out(turn, &action);
            match action.kind {
                Kind::Step => {
                    if let Some(attempt) = self.steps.remove(id) {
                        self.outputs.push(Output::Cancel { action: id.to_owned(), attempt });
                    }
                }
                Kind::Call => {
                    turn.sql().execute(r#"DELETE FROM "$outbox" WHERE "action" = ?1"#, &[id.into()])?;
                }
                Kind::Flow => return self.stop_flow(turn, action, error),
                _ => {}
            }
            return self.settle_in(turn, id, Err(error));
        }
        if !action.is_open() || action.due.is_none_or(|d| d > now) {
            // A timer that outlived its action.
            action.due = None;
            action.deadline = None;
            return actions::update(turn.sql(), &action);
        }
        match action.kind {
            Kind::Sleep => self.settle_in(turn, id, Ok(Json::null())),
            Kind::Step | Kind::Call => match journal::start(turn, &mut action, false)? {
                Begun::Done(result) => self.tell_parent(turn, &action, result),
                Begun::Waiting => Ok(()),
            },
            Kind::Flow => {
                action.due = None;
                action.status = Status::Pending;
                actions::update(turn.sql(), &action)?;
                turn.after().flows.push(id.to_owned());
                Ok(())
            }
            Kind::Verb | Kind::Value => Ok(()),
        }
    }

    /// Ends a flow from outside: what it waits for is given up.
    fn stop_flow(&mut self, turn: &Turn, mut action: Action, error: Error) -> Result<()> {
        self.live.remove(&action.id);
        for mut child in actions::children(turn.sql(), &action.id)? {
            if !child.is_open() || child.durability == Durability::Send {
                continue;
            }
            if let Some(attempt) = self.steps.remove(&child.id) {
                self.outputs.push(Output::Cancel { action: child.id.clone(), attempt });
            }
            turn.sql().execute(r#"DELETE FROM "$outbox" WHERE "action" = ?1"#, &[child.id.as_str().into()])?;
            let why = Error::permanent(format_args!("given up: {error}"));
            if child.kind == Kind::Flow {
                self.stop_flow(turn, child, why)?;
            } else {
                journal::settle(turn, &mut child, Err(why))?;
            }
        }
        if let Some(result) = journal::settle(turn, &mut action, Err(error.exhausted()))? {
            self.tell_parent(turn, &action, result)?;
        }
        Ok(())
    }

    // ---- flows ----

    fn drive_fresh(&mut self) {
        while let Some(id) = self.fresh.pop_front() {
            // If the storage fails, the row stays pending and is taken up when the object is opened anew.
            let driven = self.transact("dotdo", |object, turn| object.drive(turn, &id));
            if let Err(error) = driven
                && error.kind() != ErrorKind::Storage
            {
                self.settle(&id, Err(error.context("the flow could not go on")));
            }
        }
    }

    /// Polls a flow until it waits for something that takes time, or ends.
    fn drive(&mut self, turn: &Turn, id: &str) -> Result<()> {
        let Some(mut action) = actions::load(turn.sql(), id)? else { return Ok(()) };
        if !action.is_open() {
            self.live.remove(id);
            return Ok(());
        }
        if action.status == Status::Pending {
            self.live.remove(id);
            action.status = Status::Running;
            action.attempts += 1;
            action.started_at = action.started_at.or(Some(turn.now()));
            actions::update(turn.sql(), &action)?;
        }
        let actor = format!("Flow/{}/{id}", action.name);
        let result = turn.on_behalf(Some(actor), Some(id.to_owned()), || self.poll(turn, &action))?;
        let Some(result) = result else { return Ok(()) };
        self.live.remove(id);
        // A panic repeats itself, so it is not retried.
        if let Some(result) = journal::settle(turn, &mut action, result)? {
            self.tell_parent(turn, &action, result)?;
        }
        Ok(())
    }

    fn poll(&mut self, turn: &Turn, action: &Action) -> Result<Option<Result<Json>>> {
        let mut live = match self.live.remove(&action.id) {
            Some(live) => live,
            None => match self.revive(turn, action)? {
                Ok(live) => live,
                Err(error) => return Ok(Some(Err(error))),
            },
        };
        self.touched.push(action.id.clone());
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            live.run.set_now(turn.now());
            match guarded(|| live.future.as_mut().poll(&mut cx)) {
                Err(panic) => return Ok(Some(Err(panic))),
                Ok(Poll::Ready(result)) => {
                    // What was sent in the last breath counts too.
                    for command in live.run.take_commands().into_iter().filter(|c| c.durability == Durability::Send) {
                        journal::perform(turn, &live.run, command)?;
                    }
                    return Ok(Some(result));
                }
                Ok(Poll::Pending) => {}
            }
            let commands = live.run.take_commands();
            if commands.is_empty() {
                if !live.run.is_waiting() {
                    return Ok(Some(Err(Error::internal(format_args!(
                        "the flow `{}` awaits something that no context performs; put the work in a `#[durable]` step and run it with `cx.run(..)`",
                        action.name
                    )))));
                }
                self.live.insert(action.id.clone(), live);
                return Ok(None);
            }
            for command in commands {
                let key = command.key.clone();
                match journal::perform(turn, &live.run, command)? {
                    Begun::Done(result) => live.run.give(&key, result),
                    Begun::Waiting => live.run.wait(&key),
                }
            }
        }
    }

    /// Makes a flow's future anew and gives it what its journal holds.
    fn revive(&self, turn: &Turn, action: &Action) -> Result<Result<Live>> {
        let Some(def) = self.app.flow(&action.name) else {
            return Ok(Err(Error::permanent(format_args!("this program has no flow named `{}`; bring it back, then replay the dead letter", action.name))));
        };
        let journal = actions::children(turn.sql(), &action.id)?;
        let run = Run::new(&action.id, &this_of(&self.key, def, &action.input), turn.now(), journal);
        let future = guarded(|| (def.start)(run.clone(), action.input.clone()));
        Ok(future.map(|future| Live { run, future }))
    }
}

/// The key a flow knows itself by: in the tenant's object, a flow of a row's `impl` is about the row that its event
/// is about.
fn this_of(key: &ObjectKey, def: &'static FlowDef, input: &Json) -> ObjectKey {
    #[derive(Deserialize)]
    struct Subject {
        noun: String,
        subject: String,
    }
    let (Some(noun), Trigger::On(route), None) = (def.noun, &def.trigger, &key.thing) else { return key.clone() };
    let id = match route.to {
        Some(to) => guarded(|| to(input)).and_then(|id| id).ok(),
        None => input.read::<Subject>().ok().filter(|s| s.noun == noun).map(|s| s.subject),
    };
    ObjectKey { tenant: key.tenant.clone(), thing: id.map(|id| (noun.to_owned(), id)) }
}

/// What tells two requests under one id apart.
fn fingerprint(ops: &[Op]) -> Result<String> {
    let text = Json::of(ops)?;
    // FNV-1a, 64 bits: it guards against mistakes, not against forgery.
    let hash = text.text().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Ok(format!("{hash:016x}"))
}
