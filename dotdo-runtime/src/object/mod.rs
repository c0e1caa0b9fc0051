//! One Durable Object: its turns, its flows, its migrations.
//!
//! An object is sans-I/O. [`Input`]s go in, each is a turn (one transaction, and one more for each flow it sets
//! going), and [`Output`]s come out, which the host carries out once the storage is durable.

pub(crate) mod breaker;
mod control;
pub(crate) mod flows;
mod migrate;
mod mirror;
pub(crate) mod people;
pub(crate) mod perform;
mod saga;
mod timers;
pub mod turn;
pub(crate) mod waits;
pub(crate) mod wake;

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::app::{App, ObjectKey};
use crate::effect::{LocalFuture, StepDef, StepKey};
use crate::error::{Error, ErrorKind, Result};
use crate::event::Actor;
use crate::flow::FlowDef;
use crate::host::{Env, Sql};
use crate::journal::{self, Durability, Run};
use crate::json::Json;
use crate::maps::Named;
use crate::planted::{self, Bug};
use crate::rooms;
use crate::store::actions::{self, Action};
use crate::store::memory::Remembered;
use crate::store::{self, inbox, letters, outbox};
use crate::stub::Op;
use mirror::Mirror;
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
}

impl Request {
    /// A request for one operation.
    pub fn new(actor: impl Into<Actor>, op: Op) -> Self {
        Self {
            id: None,
            actor: actor.into(),
            ops: vec![op],
        }
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
    /// Tell whoever listens to the object's events that there are new ones.
    News,
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
        let key = action
            .options
            .key
            .clone()
            .unwrap_or_else(|| action.id.clone());
        let key = if planted::is(Bug::StepKeyChanged) {
            format!("{key}/{}", action.attempts)
        } else {
            key
        };
        Self {
            action: action.id.clone(),
            attempt: action.attempts,
            name: action.name.clone(),
            args: action.input.clone(),
            key: StepKey::new(key),
        }
    }

    /// The future of the attempt. Panics in it are errors.
    pub fn run(&self, def: &'static StepDef) -> impl Future<Output = Result<Json>> + 'static {
        let args = self.args.clone();
        crate::effect::Keyed::new(self.key.clone(), move || (def.run)(args))
    }
}

/// A flow that is in memory.
struct Live {
    def: &'static FlowDef,
    run: Run,
    future: LocalFuture<Result<Json>>,
}

/// One Durable Object.
pub struct Object {
    app: &'static App,
    key: ObjectKey,
    sql: Rc<dyn Sql>,
    env: Rc<dyn Env>,
    live: Named<Live>,
    /// Flows polled in the turn that is going on: they are ahead of the storage if it fails.
    touched: Vec<String>,
    /// Flows to be polled next.
    fresh: VecDeque<String>,
    /// Attempts under way in this process.
    steps: Named<u32>,
    /// Messages under way in this process.
    messages: Named<()>,
    mirror: Mirror,
    outputs: Vec<Output>,
    /// How many ids have been made.
    ids: Rc<Cell<u16>>,
    /// The storage failed: what is in memory may be ahead of it.
    storage_failed: Option<Error>,
}

/// A message that cannot be delivered is given up after so many attempts (about two days).
const MAX_DELIVERIES: u32 = 5_760;

impl Object {
    /// Opens an object: identity and schema are brought up to date before anything else, then what was under way is
    /// taken up again. The outputs are to be carried out like those of a turn.
    pub fn open(
        app: &'static App,
        key: ObjectKey,
        sql: Rc<dyn Sql>,
        env: Rc<dyn Env>,
    ) -> Result<(Self, Vec<Output>)> {
        let mut object = Self::asleep(app, key, sql, env);
        object.wake()?;
        let outputs = std::mem::take(&mut object.outputs);
        Ok((object, outputs))
    }

    /// Opens an object that [was at rest](Self::rest) for this program when it went to sleep. It asks nothing.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn open_at_rest(
        app: &'static App,
        key: ObjectKey,
        sql: Rc<dyn Sql>,
        env: Rc<dyn Env>,
    ) -> Result<(Self, Vec<Output>)> {
        let object = Self::asleep(app, key, sql, env);
        object.wake_at_rest()?;
        Ok((object, Vec::new()))
    }

    /// Opens an object after its program stopped in the middle of an action's code: what the action did is undone, and it
    /// has failed with this error, or it would stop the program again.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn open_after(
        app: &'static App,
        key: ObjectKey,
        sql: Rc<dyn Sql>,
        env: Rc<dyn Env>,
        (action, error): (&str, Error),
    ) -> Result<(Self, Vec<Output>)> {
        let mut object = Self::asleep(app, key, sql, env);
        object.transact("dotdo", |object, turn| {
            object.prepare(turn, None)?;
            Self::resume(turn)?;
            let mut after = turn.after();
            after.flows.retain(|flow| flow != action);
            after.steps.retain(|step| step.action != action);
            drop(after);
            match actions::load(turn.sql(), action)? {
                Some(flow)
                    if rooms::FLOWS
                        && flow.kind == actions::Kind::Flow
                        && flow.is_open()
                        && flow.status != actions::Status::Undoing =>
                {
                    object.finish_flow(turn, flow, Err(error))
                }
                _ => object.settle_in(turn, action, Err(error)),
            }
        })?;
        object.drive_fresh();
        let outputs = std::mem::take(&mut object.outputs);
        Ok((object, outputs))
    }

    /// An object to be looked at: nothing is brought up to date, nothing is taken up again.
    pub fn asleep(app: &'static App, key: ObjectKey, sql: Rc<dyn Sql>, env: Rc<dyn Env>) -> Self {
        let sql = Rc::new(Remembered::new(sql, key.thing.clone()));
        Self {
            app,
            key,
            sql,
            env,
            live: Named::new(),
            touched: Vec::new(),
            fresh: VecDeque::new(),
            steps: Named::new(),
            messages: Named::new(),
            mirror: Mirror::default(),
            outputs: Vec::new(),
            ids: Rc::default(),
            storage_failed: None,
        }
    }

    /// Whether this is the object of a thing that was never made.
    pub fn is_blank(&self) -> bool {
        let Some((noun, id)) = &self.key.thing else {
            return false;
        };
        let Ok(entry) = self.app.noun(noun) else {
            return false;
        };
        matches!(store::things::load(&*self.sql, entry.def, id), Ok(None))
    }

    /// The identity.
    pub fn key(&self) -> &ObjectKey {
        &self.key
    }

    /// Whether nothing is under way, so that the object can be put to sleep.
    pub fn is_idle(&self) -> bool {
        self.steps.is_empty() && self.messages.is_empty() && self.fresh.is_empty()
    }

    /// How the storage failed since this was asked last. If it did, the object is to be opened anew: what could not
    /// be stored is then taken up from what was.
    pub fn take_storage_failure(&mut self) -> Option<Error> {
        self.storage_failed.take()
    }

    /// One turn, and the turns of the flows that it sets going.
    pub fn handle(&mut self, input: Input) -> Vec<Output> {
        let mut outputs = self.begin(input);
        outputs.append(&mut self.go_on());
        outputs
    }

    /// One turn. Whoever calls this lets the flows [go on](Self::go_on) that it sets going.
    pub fn begin(&mut self, input: Input) -> Vec<Output> {
        match input {
            Input::Request(request, token) => self.request(&request, token),
            Input::StepDone {
                action,
                attempt,
                result,
            } => self.step_done(&action, attempt, result),
            Input::MessageDone { id, result } => self.message_done(&id, result),
            Input::Alarm => self.alarm(),
        }
        std::mem::take(&mut self.outputs)
    }

    /// The turns of the flows that the last one has set going.
    pub fn go_on(&mut self) -> Vec<Output> {
        self.drive_fresh();
        std::mem::take(&mut self.outputs)
    }

    fn transact<T>(
        &mut self,
        actor: &str,
        body: impl FnOnce(&mut Self, &Turn) -> Result<T>,
    ) -> Result<T> {
        let turn = Turn::new(
            self.app,
            self.key.clone(),
            self.sql.clone(),
            self.env.clone(),
            self.ids.clone(),
            actor.to_owned(),
        );
        let mut body = Some(body);
        let mut value = None;
        let outputs = self.outputs.len();
        let sql = self.sql.clone();
        let kept = sql.transaction(&mut || {
            let body = body
                .take()
                .ok_or_else(|| Error::internal("a turn ran twice"))?;
            value = Some(body(self, &turn)?);
            if rooms::FLOWS {
                self.hand_over_events(&turn)?;
            }
            self.mark_for_directory(&turn)?;
            self.arm(&turn)
        });
        if planted::is(Bug::EventOutsideTransaction) && kept.is_ok() {
            self.emit_late(&turn)?;
        }
        let touched = std::mem::take(&mut self.touched);
        if let Err(error) = kept {
            if error.kind() == ErrorKind::Storage {
                self.storage_failed = Some(error.clone());
            }
            self.outputs.truncate(outputs);
            for run in touched {
                self.live.remove(&run);
            }
            return Err(error);
        }
        let mut after = std::mem::take(&mut *turn.after());
        if after.news {
            self.outputs.push(Output::News);
        }
        for step in after.steps {
            self.steps.insert(step.action.clone(), step.attempt);
            self.outputs.push(Output::Step(step));
        }
        if let Some(version) = after.mirrored {
            self.mirror.wrote(version);
        }
        if let Some(look) = after.look {
            self.mirror.will_look(look);
        }
        for id in after.messages {
            // One that was replaced by a newer one in the same turn is gone.
            let message = match after.written.remove(&id) {
                Some(message) => outbox::sent(&*self.sql, &id)?.map(|_| message),
                None if self.is_mirror(&id) => self.mirrored()?,
                None => outbox::load(&*self.sql, &id)?,
            };
            if let Some((to, mut request)) = message {
                if planted::is(Bug::OutboxRemovedEarly) {
                    outbox::remove(&*self.sql, &id)?;
                }
                if planted::is(Bug::MessageIdChanged) {
                    request.id = Some(format!("{id}/{}", self.env.random()));
                }
                self.post(id, to, request);
            }
        }
        self.fresh.extend(after.flows);
        value.ok_or_else(|| Error::internal("a turn gave no value"))
    }

    fn post(&mut self, id: String, to: ObjectKey, request: Request) {
        self.messages.insert(id.clone(), ());
        self.outputs.push(Output::Message { id, to, request });
    }

    /// Emits, in a transaction of their own, the events that a planted bug kept back.
    fn emit_late(&self, turn: &Turn) -> Result<()> {
        let late = std::mem::take(&mut turn.after().late);
        if late.is_empty() {
            return Ok(());
        }
        self.sql.transaction(&mut || {
            late.iter()
                .try_for_each(|(noun, verb, id, data)| turn.emit(noun, verb, id, data.clone()))
        })
    }

    /// Tells the host when to wake the object, before the transaction commits.
    fn arm(&self, turn: &Turn) -> Result<()> {
        let next = store::next_due(turn.sql())?;
        let after = turn.after();
        let look = after.look.or_else(|| self.mirror.next_look());
        let busy = !(self.is_idle()
            && after.flows.is_empty()
            && after.steps.is_empty()
            && after.messages.is_empty());
        drop(after);
        self.arm_for(next.into_iter().chain(look).min(), busy)
    }

    fn arm_for(&self, next: Option<i64>, busy: bool) -> Result<()> {
        let next = next.filter(|_| !planted::is(Bug::LostAlarm));
        self.env.arm(next.map(store::instant), busy)
    }

    fn request(&mut self, request: &Request, token: u64) {
        let repeated = Cell::new(false);
        let mut answer = self.transact(&request.actor, |object, turn| {
            let Some(id) = &request.id else {
                return object.perform(turn, request);
            };
            let fingerprint = fingerprint(&request.ops)?;
            if let Some(answer) = inbox::find(turn.sql(), id, &fingerprint)? {
                repeated.set(true);
                return inbox::answer(&answer);
            }
            let answer = object.perform(turn, request)?;
            // What was only sent on took no effect here; where it takes effect, it is remembered.
            let sent_on =
                matches!(&answer, Answer::Onward { ops, .. } if ops.len() == request.ops.len());
            if !sent_on {
                inbox::put(
                    turn.sql(),
                    id,
                    &fingerprint,
                    &Json::of(&answer)?,
                    turn.micros(),
                )?;
            }
            Ok(answer)
        });
        // A message of an object's that was refused stays refused: who sent it has been told, so a repetition that comes
        // late, when it would be accepted, must not take effect. From outside, the same key may be tried again.
        if let (Err(error), Some(id), false) = (&answer, &request.id, repeated.get())
            && !inbox::is_from_outside(id)
            && matches!(
                error.kind(),
                ErrorKind::Refused
                    | ErrorKind::Conflict
                    | ErrorKind::Permanent
                    | ErrorKind::Precondition
            )
        {
            let refusal = inbox::refusal(error);
            let kept = self.transact(&request.actor, |_, turn| {
                let fingerprint = fingerprint(&request.ops)?;
                inbox::put(turn.sql(), id, &fingerprint, &refusal?, turn.micros())
            });
            if let Err(error) = kept {
                answer = Err(error);
            }
        }
        // What was no fit input is not worth a row; anybody can send any number of those.
        if let (Err(error), false) = (&answer, repeated.get())
            && matches!(
                error.kind(),
                ErrorKind::Refused
                    | ErrorKind::Conflict
                    | ErrorKind::Failed
                    | ErrorKind::Permanent
                    | ErrorKind::Timeout
                    | ErrorKind::Internal
            )
        {
            // The record of a refusal is worth having, but not worth a second error.
            let _ = self.transact(&request.actor, |_, turn| {
                perform::record_failure(turn, request, error)
            });
        }
        self.outputs.push(Output::Answer(token, answer));
    }

    /// Performs what is asked. What people do with flows needs the flows; the rest needs the turn only.
    fn perform(&mut self, turn: &Turn, request: &Request) -> Result<Answer> {
        match request.ops.as_slice() {
            [Op::Ask { id, act }] if rooms::PEOPLE => self.ask_act(turn, id, act),
            [Op::Happened { wait, event }] if rooms::FLOWS => self
                .happened(turn, wait, event)
                .map(|()| Answer::Done(Json::null())),
            [Op::Flow { id, act }] if rooms::FLOWS => {
                self.flow_act(turn, id, act).map(Answer::Done)
            }
            _ => perform::perform_chain(turn, request),
        }
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
        let is_mirror = self.is_mirror(id);
        if is_mirror {
            if result.is_ok() {
                // If the storage fails, the object is opened anew, and the message is sent again.
                let _ = self.directory_knows(id);
                return;
            }
            self.mirror.unanswered();
        }
        // It was replaced, or its action timed out; if it cannot be read, it is sent again later.
        let Ok(Some((action, attempts))) = outbox::sent(&*self.sql, id) else {
            return;
        };
        let unreachable = result.as_ref().err().is_some_and(outbox::is_unreachable);
        if unreachable && attempts + 1 < MAX_DELIVERIES {
            let attempts = attempts + 1;
            let _ = self.transact("dotdo", |_, turn| {
                // By chance, or those that found no room at the same moment would always come together again.
                #[allow(
                    clippy::cast_possible_truncation,
                    reason = "any 64 bits of it are random"
                )]
                let chance = turn.random() as u64;
                let delay = crate::effect::Policy::DEFAULT.delay(attempts, chance);
                let due = turn.micros() + i64::try_from(delay.as_micros()).unwrap_or(i64::MAX);
                outbox::postpone(turn.sql(), id, attempts, due)
            });
            return;
        }
        match action {
            Some(action) => self.settle_message(id, &action, result),
            None => {
                let done = self.transact("dotdo", |object, turn| {
                    let Err(error) = &result else {
                        return outbox::remove(turn.sql(), id);
                    };
                    let message = if is_mirror {
                        object.unmirrored()?
                    } else {
                        outbox::load(turn.sql(), id)?
                    };
                    if let Some((to, request)) = message {
                        let name = request.ops.first().map(journal::op_name);
                        letters::put(
                            turn.sql(),
                            id,
                            &name.unwrap_or_default(),
                            &Json::of(&(to, request))?,
                            error,
                            attempts + 1,
                            turn.micros(),
                        )?;
                    }
                    outbox::remove(turn.sql(), id)
                });
                if is_mirror && done.is_ok() {
                    self.mirror.removed();
                }
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
        if !rooms::FLOWS {
            return Ok(());
        }
        let Some(mut action) = actions::load(turn.sql(), id)? else {
            return Ok(());
        };
        if !action.is_open() {
            return Ok(());
        }
        self.tell_breaker(turn, &action, &result)?;
        match journal::settle(turn, &mut action, result)? {
            Some(result) => self.tell_parent(turn, &action, result),
            None => Ok(()),
        }
    }

    pub(super) fn tell_parent(
        &mut self,
        turn: &Turn,
        action: &Action,
        result: Result<Json>,
    ) -> Result<()> {
        let (Some(parent), Some(key)) = (&action.parent, &action.key) else {
            return Ok(());
        };
        if action.durability == Durability::Send || parent.starts_with('$') {
            return Ok(());
        }
        if let Some(live) = self.live.get(parent) {
            live.run.give(key, result);
            self.touched.push(parent.clone());
        } else if action.options.abandoned
            && let Some(flow) = actions::load(turn.sql(), parent)?
        {
            // The branch that asked for it was given up, and the flow may have ended since.
            self.find_undos(turn, &flow)?;
        }
        self.drive(turn, parent)
    }
}

/// What tells two requests under one id apart.
fn fingerprint(ops: &[Op]) -> Result<String> {
    let text = Json::of(ops)?;
    // FNV-1a, 64 bits: it guards against mistakes, not against forgery.
    let hash = text
        .text()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    Ok(format!("{hash:016x}"))
}
