//! A thread that owns objects: their mailbox, their turns, their alarms, their sleep.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::activity::Guard;
use super::file::ObjectFile;
use super::gate::{self, Gate};
use super::shared::{NativeEnv, Shared};
use super::{Durability, Handle, path_of};
use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};
use crate::host::{Env, Sql};
use crate::json::Json;
use crate::object::{Answer, Input, Object, Output, Request};

/// Turns that are taken before the gate is asked to sync.
const BATCH: usize = 256;
/// Alarms within this time are kept in memory.
const HORIZON: i64 = 60 * 1_000_000;
/// A failing disk is tried again after this.
const STORAGE_RETRY: i64 = 1_000_000;

/// What a worker is told.
pub(super) enum Mail {
    Call {
        key: ObjectKey,
        request: Request,
        reply: oneshot::Sender<Result<Answer>>,
        guard: Guard,
    },
    StepDone {
        key: ObjectKey,
        action: String,
        attempt: u32,
        result: Result<Json>,
        guard: Guard,
    },
    MessageDone {
        key: ObjectKey,
        id: String,
        result: Result<Json>,
        guard: Guard,
    },
    Synced(u64, Result<()>),
    /// The clock was moved.
    Tick(Guard),
    /// Wake this object if it exists, or make it.
    Wake(ObjectKey, Guard),
    /// Put everything to sleep and end.
    Stop(oneshot::Sender<()>),
    /// End without a word, as a crash would.
    Crash,
}

struct Slot {
    object: Object,
    file: ObjectFile,
    env: Rc<NativeEnv>,
    /// The entry in the worker's timers.
    timer: Option<i64>,
    /// The batch whose sync makes its last write safe.
    batch: u64,
    used: i64,
}

/// Something to be done once a batch is safe.
struct Held {
    key: ObjectKey,
    output: Output,
    reply: Option<oneshot::Sender<Result<Answer>>>,
    #[allow(dead_code, reason = "it counts for as long as it lives")]
    guard: Option<Guard>,
}

pub(super) struct Worker {
    shared: Arc<Shared>,
    handle: Handle,
    number: usize,
    slots: HashMap<ObjectKey, Slot>,
    timers: BTreeSet<(i64, ObjectKey)>,
    /// Alarms up to here are in `timers`.
    loaded: i64,
    gate: Gate,
    /// The batch that is being filled, and what waits for it.
    batch: u64,
    synced: u64,
    files: Vec<ObjectKey>,
    held: VecDeque<(u64, Vec<Held>)>,
    syncing: bool,
    next_token: u64,
    replies: HashMap<u64, (oneshot::Sender<Result<Answer>>, Guard)>,
}

impl Worker {
    pub fn new(
        shared: Arc<Shared>,
        handle: Handle,
        number: usize,
        to_self: mpsc::UnboundedSender<Mail>,
    ) -> Result<Self> {
        let gate = Gate::new(&format!("dotdo-gate-{number}"), move |batch, done| {
            // Nobody to tell: the worker has ended.
            let _ = to_self.send(Mail::Synced(batch, done));
        })?;
        Ok(Self {
            shared,
            handle,
            number,
            slots: HashMap::new(),
            timers: BTreeSet::new(),
            loaded: i64::MIN,
            gate,
            batch: 1,
            synced: 0,
            files: Vec::new(),
            held: VecDeque::new(),
            syncing: false,
            next_token: 0,
            replies: HashMap::new(),
        })
    }

    pub async fn run(
        mut self,
        mut inside: mpsc::UnboundedReceiver<Mail>,
        mut outside: mpsc::Receiver<Mail>,
    ) {
        self.load_alarms();
        loop {
            self.fire_alarms();
            self.flush();
            let wait = self.wait();
            let mail = tokio::select! {
                biased;
                mail = inside.recv() => mail,
                mail = outside.recv() => mail,
                () = tokio::time::sleep(wait), if !self.shared.clock.is_manual() => {
                    self.put_to_sleep();
                    continue;
                }
            };
            let mut next = Some(mail);
            let mut taken = 0;
            while let Some(mail) = next {
                match mail {
                    None | Some(Mail::Crash) => return,
                    Some(Mail::Stop(done)) => {
                        self.stop();
                        let _ = done.send(());
                        return;
                    }
                    Some(mail) => self.take(mail),
                }
                taken += 1;
                // What is fetched is taken: a mail that is left behind would be lost.
                let more = if taken < BATCH {
                    inside.try_recv().or_else(|_| outside.try_recv()).ok()
                } else {
                    None
                };
                next = more.map(Some);
            }
        }
    }

    fn wait(&self) -> Duration {
        let now = self.shared.clock.micros();
        let next = self
            .timers
            .first()
            .map_or(self.loaded, |(at, _)| (*at).min(self.loaded));
        Duration::from_micros(u64::try_from(next - now).unwrap_or(0))
            .clamp(Duration::from_millis(1), self.shared.idle)
    }

    fn take(&mut self, mail: Mail) {
        match mail {
            Mail::Call {
                key,
                request,
                reply,
                guard,
            } => {
                let token = self.next_token;
                self.next_token += 1;
                // A tenant begins with the first thing somebody does there, an object with its creation.
                let create = request
                    .ops
                    .first()
                    .is_some_and(|op| op.creates() || key.thing.is_none() && !op.is_read());
                let is_new = create
                    && key.thing.is_some()
                    && !self.slots.contains_key(&key)
                    && !path_of(&self.shared.folder, &key).exists();
                // Opening takes up what was under way, which can find the disk full.
                let opened = self.open(&key, create).and_then(|()| {
                    if self.slots.contains_key(&key) {
                        Ok(())
                    } else {
                        Err(self.shared.trouble())
                    }
                });
                match opened {
                    Ok(()) => {
                        self.replies.insert(token, (reply, guard));
                        self.turn(&key, Input::Request(request, token));
                        if is_new {
                            self.unmake_if_blank(&key);
                        }
                    }
                    Err(error) => {
                        let _ = reply.send(Err(error));
                    }
                }
            }
            Mail::StepDone {
                key,
                action,
                attempt,
                result,
                guard,
            } => {
                if self.open(&key, false).is_ok() {
                    self.turn(
                        &key,
                        Input::StepDone {
                            action,
                            attempt,
                            result,
                        },
                    );
                }
                drop(guard);
            }
            Mail::MessageDone {
                key,
                id,
                result,
                guard,
            } => {
                if self.open(&key, false).is_ok() {
                    self.turn(&key, Input::MessageDone { id, result });
                }
                drop(guard);
            }
            Mail::Synced(batch, done) => self.safe(batch, done),
            Mail::Tick(guard) => {
                self.load_alarms();
                self.fire_alarms();
                drop(guard);
            }
            Mail::Wake(key, guard) => {
                // A failure shows again at the first call, with somebody to tell it to.
                let _ = self.open(&key, true);
                drop(guard);
            }
            Mail::Stop(_) | Mail::Crash => {}
        }
    }

    // ---- objects ----

    /// Makes sure that the object is open.
    fn open(&mut self, key: &ObjectKey, create: bool) -> Result<()> {
        if self.slots.contains_key(key) {
            return Ok(());
        }
        let path = path_of(&self.shared.folder, key);
        if !create && !path.exists() {
            return Err(Error::not_found(match &key.thing {
                Some((noun, id)) => format!("there is no {noun}/{id}"),
                None => format!(
                    "there is no tenant `{}` yet; it begins with the first thing that is made there",
                    key.tenant
                ),
            }));
        }
        if self.slots.len() >= self.shared.max_open {
            self.make_room();
        }
        let file = ObjectFile::open(&path, self.shared.durability)?;
        let env = Rc::new(NativeEnv::new(self.shared.clone(), key.clone())?);
        let (object, outputs) = Object::open(
            self.shared.app,
            key.clone(),
            file.database.clone() as Rc<dyn Sql>,
            env.clone() as Rc<dyn Env>,
        )?;
        // Nothing was under way, and nothing had to be written to find that out: the mark that it might be can go, or
        // every crash from here on would wake the object. What was written is not safe yet, so the mark stays until
        // the object goes to sleep.
        if file.database.writes() == 0 {
            env.settle()?;
        }
        let used = self.shared.clock.micros();
        self.slots.insert(
            key.clone(),
            Slot {
                object,
                file,
                env,
                timer: None,
                batch: 0,
                used,
            },
        );
        self.after_turn(key, 0, outputs);
        Ok(())
    }

    /// An object whose creation was refused leaves no file behind.
    fn unmake_if_blank(&mut self, key: &ObjectKey) {
        if !self
            .slots
            .get(key)
            .is_some_and(|slot| slot.object.is_blank())
        {
            return;
        }
        if let Some(slot) = self.slots.remove(key)
            && let Some(at) = slot.timer
        {
            self.timers.remove(&(at, key.clone()));
        }
        // If the file cannot be removed, it is an empty object, which does no harm either.
        let _ = self.shared.alarms.set(key, None);
        let _ = std::fs::remove_file(path_of(&self.shared.folder, key));
    }

    fn turn(&mut self, key: &ObjectKey, input: Input) {
        let now = self.shared.clock.micros();
        let Some(slot) = self.slots.get_mut(key) else {
            return;
        };
        slot.used = now;
        let before = slot.file.database.writes();
        let outputs = slot.object.handle(input);
        self.after_turn(key, before, outputs);
    }

    /// Holds back what the turn caused until its writes are safe, and sets the object's timer.
    fn after_turn(&mut self, key: &ObjectKey, writes_before: u64, outputs: Vec<Output>) {
        let Some(slot) = self.slots.get_mut(key) else {
            return;
        };
        if slot.file.database.writes() != writes_before
            && self.shared.durability == Durability::Batch
        {
            slot.batch = self.batch;
            self.files.push(key.clone());
        }
        let at = slot.env.alarm();
        if slot.timer != at {
            if let Some(old) = slot.timer.take() {
                self.timers.remove(&(old, key.clone()));
            }
            if let Some(at) = at {
                self.timers.insert((at, key.clone()));
                slot.timer = Some(at);
            }
        }
        let batch = slot.batch;
        let failed = slot.object.take_storage_failure();
        if let Some(error) = &failed {
            self.shared.report(error);
        }
        let mut held = Vec::with_capacity(outputs.len());
        for output in outputs {
            let (reply, guard) = match &output {
                Output::Answer(token, _) => match self.replies.remove(token) {
                    Some((reply, guard)) => (Some(reply), Some(guard)),
                    None => (None, None),
                },
                Output::Step(_) | Output::Message { .. } => {
                    (None, Some(self.shared.activity.begin()))
                }
                Output::Cancel { .. } => (None, None),
            };
            held.push(Held {
                key: key.clone(),
                output,
                reply,
                guard,
            });
        }
        if batch > self.synced {
            match self.held.iter_mut().find(|(number, _)| *number == batch) {
                Some((_, list)) => list.append(&mut held),
                None => self.held.push_back((batch, held)),
            }
        } else {
            self.release(held);
        }
        if failed.is_some() {
            self.open_anew_later(key);
        }
    }

    /// What the storage did not take is taken up again when the object wakes, a little later: at once, a full disk
    /// would keep this thread from everything else.
    fn open_anew_later(&mut self, key: &ObjectKey) {
        self.close(key);
        self.timers.retain(|(_, other)| other != key);
        self.timers
            .insert((self.shared.clock.micros() + STORAGE_RETRY, key.clone()));
    }

    fn release(&mut self, held: Vec<Held>) {
        for Held {
            key,
            output,
            reply,
            guard,
        } in held
        {
            match output {
                Output::Answer(_, answer) => {
                    if let Some(reply) = reply {
                        // Who asked may have gone.
                        let _ = reply.send(answer);
                    }
                }
                Output::Step(step) => {
                    let handle = self.handle.clone();
                    let (action, attempt) = (step.action.clone(), step.attempt);
                    let Some(guard) = guard else { continue };
                    let done = move |result| {
                        let owner = key.clone();
                        handle.tell(
                            &owner,
                            Mail::StepDone {
                                key,
                                action,
                                attempt,
                                result,
                                guard,
                            },
                        );
                    };
                    self.shared.steps.run(step, Box::new(done));
                }
                Output::Cancel { action, attempt } => self.shared.steps.cancel(&action, attempt),
                Output::Message { id, to, request } => {
                    let handle = self.handle.clone();
                    let Some(guard) = guard else { continue };
                    tokio::task::spawn_local(async move {
                        let result = crate::host::ask(&handle, to, request).await;
                        handle.tell(
                            &key.clone(),
                            Mail::MessageDone {
                                key,
                                id,
                                result,
                                guard,
                            },
                        );
                    });
                }
            }
        }
    }

    // ---- the gate ----

    /// Hands what was written to the gate, if it is free.
    fn flush(&mut self) {
        if self.syncing || self.files.is_empty() {
            return;
        }
        let mut keys = std::mem::take(&mut self.files);
        keys.sort();
        keys.dedup();
        let mut files = Vec::new();
        let mut failed = None;
        match self.shared.alarms.unsynced() {
            Ok(alarms) => files.extend(alarms),
            Err(error) => failed = Some(error),
        }
        for key in &keys {
            // One that was closed meanwhile was checkpointed, and so synced, by SQLite.
            if let Some(slot) = self.slots.get(key) {
                match slot.file.files() {
                    Ok(more) => files.extend(more),
                    Err(error) => failed = Some(error),
                }
            }
        }
        let batch = self.batch;
        self.batch += 1;
        self.syncing = true;
        match failed {
            None => self.gate.sync(batch, files),
            Some(error) => self.safe(batch, Err(error)),
        }
    }

    fn safe(&mut self, batch: u64, done: Result<()>) {
        self.syncing = false;
        self.synced = batch;
        while self
            .held
            .front()
            .is_some_and(|(number, _)| *number <= batch)
        {
            let Some((_, held)) = self.held.pop_front() else {
                break;
            };
            match &done {
                Ok(()) => self.release(held),
                Err(error) => self.lose(held, error),
            }
        }
    }

    /// The disk did not take a batch: whoever waits for it hears so, and nothing else leaves. What is in memory may
    /// be ahead of the disk, so the objects are opened anew from what is there.
    fn lose(&mut self, held: Vec<Held>, error: &Error) {
        self.shared.report(error);
        for one in held {
            if let Some(reply) = one.reply {
                let _ = reply.send(Err(error.clone()));
            }
            if self.slots.contains_key(&one.key) {
                self.open_anew_later(&one.key);
            }
        }
    }

    // ---- alarms ----

    fn load_alarms(&mut self) {
        let now = self.shared.clock.micros();
        let until = now.saturating_add(HORIZON);
        if let Ok(alarms) = self.shared.alarms.until(until) {
            for (at, key) in alarms {
                if self.handle.owner(&key) == self.number && !self.slots.contains_key(&key) {
                    self.timers.insert((at, key));
                }
            }
            self.loaded = until;
        }
    }

    fn fire_alarms(&mut self) {
        let now = self.shared.clock.micros();
        if now >= self.loaded {
            self.load_alarms();
        }
        while let Some((at, key)) = self.timers.first().cloned() {
            if at > now {
                break;
            }
            self.timers.remove(&(at, key.clone()));
            if let Some(slot) = self.slots.get_mut(&key) {
                slot.timer = None;
            }
            match self.open(&key, false) {
                Ok(()) => self.turn(&key, Input::Alarm),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    // Its creation never committed.
                    let _ = self.shared.alarms.set(&key, None);
                }
                Err(_) => {
                    self.timers.insert((now + STORAGE_RETRY, key));
                }
            }
        }
    }

    // ---- sleep ----

    fn close(&mut self, key: &ObjectKey) {
        let Some(slot) = self.slots.remove(key) else {
            return;
        };
        if let Some(at) = slot.timer {
            self.timers.remove(&(at, key.clone()));
        }
        // If the index cannot be brought up to date, the object is woken too early, which does no harm.
        let _ = slot.env.settle();
        if let Some(at) = slot.env.alarm()
            && at <= self.loaded
        {
            self.timers.insert((at, key.clone()));
        }
        if slot.batch > self.synced {
            // What it held back still waits for the gate; its file is synced here, while it is open.
            let _ = slot.file.files().and_then(|files| gate::sync(&files));
        }
    }

    fn put_to_sleep(&mut self) {
        let limit = self.shared.clock.micros()
            - i64::try_from(self.shared.idle.as_micros()).unwrap_or(i64::MAX);
        let idle: Vec<_> = self
            .slots
            .iter()
            .filter(|(_, slot)| {
                slot.used <= limit && slot.object.is_idle() && slot.batch <= self.synced
            })
            .map(|(key, _)| key.clone())
            .collect();
        for key in idle {
            self.close(&key);
        }
    }

    fn make_room(&mut self) {
        let mut idle: Vec<_> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.object.is_idle())
            .map(|(key, slot)| (slot.used, key.clone()))
            .collect();
        idle.sort();
        for (_, key) in idle.into_iter().take((self.shared.max_open / 8).max(1)) {
            self.close(&key);
        }
    }

    fn stop(&mut self) {
        let keys: Vec<_> = self.slots.keys().cloned().collect();
        let mut files = Vec::new();
        for key in &keys {
            if let Some(slot) = self.slots.get(key)
                && slot.batch > self.synced
                && let Ok(more) = slot.file.files()
            {
                files.extend(more);
            }
        }
        let done = gate::sync(&files);
        while let Some((_, held)) = self.held.pop_front() {
            for one in held {
                if let (Some(reply), Output::Answer(_, answer)) = (one.reply, one.output) {
                    let _ = reply.send(done.clone().and(answer));
                }
            }
        }
        for key in keys {
            self.close(&key);
        }
    }
}
