//! A thread that owns objects: their mailbox, their turns, their alarms, their sleep.

#[cfg(test)]
pub(super) mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::activity::Guard;
use super::alarms::AT_ONCE;
use super::closing::{self, Closing};
use super::file::{self, Keeping, ObjectFile};
use super::load;
use super::log::{Entry, Log};
use super::room::{Place, Places};
use super::settling::Settling;
use super::shared::{NativeEnv, SYNCS_ALL, Shared};
use super::{Handle, path_of};
use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};
use crate::host::{Env, Sql};
use crate::json::Json;
use crate::object::{Answer, Input, Object, Output, Request};

/// Turns that are taken before the log is asked to sync.
const BATCH: usize = 256;
/// Alarms within this time are kept in memory.
const HORIZON: i64 = 60 * 1_000_000;
/// So many bytes may be held back; then no turn is taken until the log is safe.
const HELD: usize = 32 << 20;
/// So many objects are put to sleep at once to make room.
const CLOSED_AT_ONCE: usize = 64;
/// Where nothing could be put to sleep, so long it is not tried again: it takes a look at all objects.
const REFUSED: i64 = 5_000;
/// So many files are brought to what the log has before others have their turn.
const SETTLED_AT_ONCE: usize = 16;
/// Who waits for the log looks so often whether the log waits for them.
const PATIENCE: Duration = Duration::from_millis(50);
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
    /// The log is safe up to here, or what was not is lost.
    Synced(Result<u64>),
    /// Somebody waits for the files of open objects to have what was done.
    Settle,
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
    /// The place in the log of its last write.
    place: u64,
    /// That of its first write which its file does not have.
    behind: Option<u64>,
    used: i64,
    room: Place,
}

/// Something to be done once the log is safe up to a place.
struct Held {
    key: ObjectKey,
    output: Output,
    reply: Option<oneshot::Sender<Result<Answer>>>,
    #[allow(dead_code, reason = "it counts for as long as it lives")]
    guard: Option<Guard>,
}

impl Held {
    fn bytes(&self) -> usize {
        load::of_output(&self.output)
    }
}

pub(super) struct Worker {
    shared: Arc<Shared>,
    handle: Handle,
    number: usize,
    slots: HashMap<ObjectKey, Slot>,
    places: Places,
    closing: Closing,
    /// Until then there is no room.
    full_until: i64,
    /// Then it is looked which objects are idle, however busy others are.
    next_sleep: i64,
    timers: BTreeSet<(i64, ObjectKey)>,
    /// Alarms up to here are in `timers`.
    loaded: i64,
    /// Who it is to the log.
    listener: usize,
    /// The epoch of the log that it appends in.
    epoch: u64,
    /// The places in the log of its last entry, of the last that it asked for, and of the last that is safe.
    appended: u64,
    asked: u64,
    synced: u64,
    settling: Settling,
    /// While something is not safe, not everything is settled.
    unsettled: Option<Guard>,
    held: BTreeMap<u64, Vec<Held>>,
    /// About how many bytes are held back.
    held_bytes: usize,
    most_held: usize,
    /// Objects with writes that the log has lost: their files are to be made safe before they go on.
    doubtful: HashSet<ObjectKey>,
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
        let (to_log, to_safe) = (to_self.clone(), to_self);
        let listener = shared.log.as_ref().map(|log| {
            log.listen(Box::new(move |done| {
                // Nobody to tell: the worker has ended.
                let _ = to_log.send(Mail::Synced(done));
            }))
        });
        let settling = Settling::new(&shared.safekeeping, move || {
            // Nobody to tell: the worker has ended.
            let _ = to_safe.send(Mail::Settle);
        });
        Ok(Self {
            places: Places::new(shared.room.clone()),
            closing: Closing::start(number, shared.safekeeping.clone())?,
            full_until: i64::MIN,
            next_sleep: i64::MIN,
            shared,
            handle,
            number,
            slots: HashMap::new(),
            timers: BTreeSet::new(),
            loaded: i64::MIN,
            listener: listener.unwrap_or(0),
            epoch: 0,
            appended: 0,
            asked: 0,
            synced: 0,
            settling,
            unsettled: None,
            held: BTreeMap::new(),
            held_bytes: 0,
            most_held: HELD,
            doubtful: HashSet::new(),
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
            if self.shared.clock.is_manual() {
                self.fire_all_that_is_due();
            } else {
                self.fire_alarms();
            }
            self.flush();
            self.closing.look();
            self.settle(if self.shared.clock.is_manual() {
                usize::MAX
            } else {
                SETTLED_AT_ONCE
            });
            if !self.shared.clock.is_manual() && self.shared.clock.micros() >= self.next_sleep {
                self.put_to_sleep();
            }
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

    fn wait(&mut self) -> Duration {
        if self.settling.is_asked(self.appended) {
            return Duration::ZERO;
        }
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
                // The default tenant is there from the start; if it could not be made then, whoever asks hears why.
                let is_default = key.thing.is_none() && key.tenant == self.shared.app.domain();
                let create = is_default
                    || request
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
            Mail::Synced(Ok(place)) => self.safe(place),
            Mail::Synced(Err(error)) => self.lose(&error),
            Mail::Tick(guard) => {
                self.load_alarms();
                self.fire_all_that_is_due();
                drop(guard);
            }
            Mail::Wake(key, guard) => {
                // A failure shows again at the first call, with somebody to tell it to.
                let _ = self.open(&key, true);
                drop(guard);
            }
            // Who waits for files is looked for in each round.
            Mail::Settle | Mail::Stop(_) | Mail::Crash => {}
        }
        if self.held_bytes > self.most_held {
            self.wait_for_log();
        }
    }

    // ---- objects ----

    /// Makes sure that the object is open.
    fn open(&mut self, key: &ObjectKey, create: bool) -> Result<()> {
        if self.slots.contains_key(key) {
            return Ok(());
        }
        self.closing.wait_for(key);
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
        let room = self.make_room()?;
        let log = self.shared.log.as_ref();
        let keeping = log.map_or(Keeping::File, |log| Keeping::Log(log.texts()));
        self.shared.safekeeping.catch_up(key, |ahead| {
            ObjectFile::open(&path, keeping)?.database.go_on(ahead)
        })?;
        if self.doubtful.contains(key) {
            file::make_safe(&path)?;
            self.doubtful.remove(key);
        }
        let file = ObjectFile::open_or_make(&path, keeping, || {
            let app = self.shared.app;
            let counted = self.shared.log.is_some();
            self.shared.templates.of(app, key.noun(), counted)
        })?;
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
        if !file.is_new() {
            file.database.forget_statements();
        }
        let used = self.shared.clock.micros();
        self.slots.insert(
            key.clone(),
            Slot {
                object,
                file,
                env,
                timer: None,
                place: 0,
                behind: None,
                used,
                room,
            },
        );
        self.after_turn(key, outputs);
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
        if let Some(slot) = self.slots.remove(key) {
            if let Some(at) = slot.timer {
                self.timers.remove(&(at, key.clone()));
            }
            if let Some(since) = slot.behind {
                self.settling.remove(since);
            }
        }
        if let (Some(log), Ok(text)) = (&self.shared.log, serde_json::to_string(key)) {
            self.appended = log.append_removed(self.epoch, text);
        }
        // If the file cannot be removed, it is an empty object, which does no harm either.
        let _ = self.shared.alarms().set(key, None);
        let _ = file::remove(&path_of(&self.shared.folder, key));
    }

    fn turn(&mut self, key: &ObjectKey, input: Input) {
        let now = self.shared.clock.micros();
        let Some(slot) = self.slots.get_mut(key) else {
            return;
        };
        slot.used = now;
        let outputs = slot.object.handle(input);
        self.after_turn(key, outputs);
    }

    /// Holds back what the turn caused until its writes are safe, and sets the object's timer.
    fn after_turn(&mut self, key: &ObjectKey, outputs: Vec<Output>) {
        self.append(key);
        let Some(slot) = self.slots.get_mut(key) else {
            return;
        };
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
        let place = slot.place;
        let failed = slot.object.take_storage_failure();
        if let Some(error) = &failed {
            self.shared.report(error);
        }
        let mut held = Vec::with_capacity(outputs.len());
        for output in outputs {
            if matches!(output, Output::News) && !self.shared.listeners.any() {
                continue;
            }
            let (reply, guard) = match &output {
                Output::Answer(token, _) => match self.replies.remove(token) {
                    Some((reply, guard)) => (Some(reply), Some(guard)),
                    None => (None, None),
                },
                Output::Step(_) | Output::Message { .. } => {
                    (None, Some(self.shared.activity.begin()))
                }
                Output::News | Output::Cancel { .. } => (None, None),
            };
            held.push(Held {
                key: key.clone(),
                output,
                reply,
                guard,
            });
        }
        if place > self.synced {
            self.held_bytes += held.iter().map(Held::bytes).sum::<usize>();
            self.held.entry(place).or_default().append(&mut held);
        } else {
            self.release(held);
        }
        if failed.is_some() {
            // When it is opened anew, nobody knows any more what of it the log does not have yet.
            self.wait_for_log();
            if place > self.synced {
                self.doubtful.insert(key.clone());
            }
            self.open_anew_later(key);
        }
    }

    /// Waits until all is safe that was written. What is lost, the log says to this thread as well.
    fn wait_for_log(&mut self) {
        if self.log_is_safe().is_ok() {
            self.safe(self.appended);
        }
    }

    fn log_is_safe(&mut self) -> Result<()> {
        let shared = self.shared.clone();
        let Some(log) = &shared.log else {
            return Ok(());
        };
        loop {
            if let Some(done) = log.wait(self.epoch, self.appended, PATIENCE) {
                return done;
            }
            // The log may be full, and wait for files of this thread.
            self.settle(usize::MAX);
        }
    }

    /// Brings some files to what the log has, if somebody waits for that. All at once would keep this thread from
    /// everything else.
    fn settle(&mut self, at_most: usize) {
        if !self.settling.is_asked(self.appended) {
            return;
        }
        for _ in 0..at_most {
            let Some((place, key)) = self.settling.first() else {
                let done = self.checkpoint();
                return self.settling.answer(&done);
            };
            if let Some(slot) = self.slots.get_mut(&key) {
                if let Err(error) = slot.file.database.settle() {
                    return self.settling.answer(&Err(error));
                }
                slot.behind = None;
            }
            self.settling.remove(place);
        }
    }

    /// Makes each open file safe by itself, where all cannot be made safe at once.
    fn checkpoint(&self) -> Result<()> {
        if SYNCS_ALL {
            return Ok(());
        }
        let mut files = self.slots.values().map(|slot| &slot.file.database);
        files.try_for_each(|database| database.checkpoint())
    }

    /// Hands to the log what the turn wrote, and when the object wants to be woken.
    fn append(&mut self, key: &ObjectKey) {
        if self.shared.log.as_ref().is_some_and(Log::is_crowded) {
            self.wait_for_log();
        }
        let (Some(log), Some(slot)) = (&self.shared.log, self.slots.get_mut(key)) else {
            return;
        };
        let recorded = slot.file.database.take_recorded();
        let alarm = slot.env.take_alarm();
        if recorded.is_none() && alarm.is_none() {
            return;
        }
        let template = recorded.as_ref().and_then(|_| slot.file.take_template());
        let entry = Entry {
            key: slot.env.text().to_owned(),
            is_new: template.is_some(),
            template,
            alarm,
            recorded: recorded.unwrap_or_default(),
        };
        self.appended = log.append(self.epoch, entry);
        slot.place = self.appended;
        match (slot.behind, slot.file.database.is_ahead()) {
            (None, true) => {
                slot.behind = Some(slot.place);
                self.settling.insert(slot.place, key);
            }
            (Some(since), false) => {
                slot.behind = None;
                self.settling.remove(since);
            }
            _ => {}
        }
        if self.unsettled.is_none() {
            self.unsettled = Some(self.shared.activity.begin());
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
                Output::News => self.shared.listeners.tell(&key),
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

    /// Asks the log to make safe what was written.
    fn flush(&mut self) {
        if let Some(log) = &self.shared.log
            && self.appended > self.asked
        {
            log.ask(self.listener, self.epoch, self.appended);
            self.asked = self.appended;
        }
    }

    fn safe(&mut self, place: u64) {
        self.synced = self.synced.max(place);
        if self.synced >= self.appended {
            self.unsettled = None;
        }
        let waiting = self.held.split_off(&(place + 1));
        for (_, held) in std::mem::replace(&mut self.held, waiting) {
            self.held_bytes -= held.iter().map(Held::bytes).sum::<usize>();
            self.release(held);
        }
    }

    /// The log has lost what was not safe: whoever waits for it hears so, and nothing of it leaves. What is in memory
    /// may be ahead of the log, so the objects are opened anew, once their files are safe by themselves.
    fn lose(&mut self, error: &Error) {
        self.shared.report(error);
        self.held_bytes = 0;
        for one in std::mem::take(&mut self.held).into_values().flatten() {
            if let Some(reply) = one.reply {
                let _ = reply.send(Err(error.clone()));
            }
        }
        let ahead: Vec<_> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.place > self.synced)
            .map(|(key, _)| key.clone())
            .collect();
        for key in ahead {
            self.open_anew_later(&key);
            // The alarm was lost with the rest.
            let _ = self.shared.alarms().set(&key, Some(AT_ONCE));
            self.doubtful.insert(key);
        }
        self.synced = self.appended;
        self.unsettled = None;
        if let Some(log) = &self.shared.log {
            self.epoch = log.epoch();
        }
    }

    // ---- alarms ----

    fn load_alarms(&mut self) {
        let now = self.shared.clock.micros();
        let until = now.saturating_add(HORIZON);
        if let Ok((alarms, unreadable)) = self.shared.alarms().until(until) {
            if unreadable > 0 {
                self.shared.report(&Error::new(
                    ErrorKind::Storage,
                    format_args!("alarms.sqlite has {unreadable} entries that name no object"),
                ));
            }
            for (at, key) in alarms {
                if self.handle.owner(&key) == self.number && !self.slots.contains_key(&key) {
                    self.timers.insert((at, key));
                }
            }
            self.loaded = until;
        } else {
            self.loaded = now + STORAGE_RETRY;
        }
    }

    fn fire_alarms(&mut self) {
        let now = self.shared.clock.micros();
        if now >= self.loaded {
            self.load_alarms();
        }
        // What is due now and comes back while these go off waits until the mail was looked at.
        let due: Vec<_> = self
            .timers
            .iter()
            .take(BATCH)
            .take_while(|(at, _)| *at <= now)
            .cloned()
            .collect();
        for (at, key) in due {
            if self.timers.remove(&(at, key.clone())) {
                self.fire(at, key, now);
            }
        }
    }

    /// For a clock that stands still, so that nothing is left that was due when it does not move any more.
    fn fire_all_that_is_due(&mut self) {
        self.fire_alarms();
        let now = self.shared.clock.micros();
        while self.timers.first().is_some_and(|(at, _)| *at <= now) {
            self.fire_alarms();
        }
    }

    fn fire(&mut self, at: i64, key: ObjectKey, now: i64) {
        if let Some(slot) = self.slots.get_mut(&key) {
            slot.timer = None;
        }
        match self.open(&key, false) {
            Ok(()) => {
                self.turn(&key, Input::Alarm);
                // An alarm that changes nothing would go off for ever.
                if let Some(slot) = self.slots.get_mut(&key)
                    && slot.timer == Some(at)
                    && self.timers.remove(&(at, key.clone()))
                {
                    let later = now + STORAGE_RETRY;
                    slot.timer = Some(later);
                    self.timers.insert((later, key));
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // Its creation never committed. If this cannot be written either, it is found once more the next time that
                // the index is read.
                let _ = self.shared.alarms().set(&key, None);
            }
            Err(_) => {
                self.timers.insert((now + STORAGE_RETRY, key));
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
        // Its timer is later than what it wants where that changed nothing.
        if let Some(at) = slot.timer.or(slot.env.alarm())
            && at <= self.loaded
        {
            self.timers.insert((at, key.clone()));
        }
        let Slot {
            object,
            file,
            room,
            behind,
            ..
        } = slot;
        let settles = file.has_to_settle();
        drop(object);
        if let Some(since) = behind {
            self.settling.remove(since);
        }
        if let Err(error) = file.database.settle() {
            // The log has it, and so that it will not be used again before the file has it too, it is remembered.
            self.shared.report(&error);
            if let Some(ahead) = file.database.ahead() {
                self.shared.safekeeping.keep(key.clone(), ahead);
            }
            let later = self.shared.clock.micros() + STORAGE_RETRY;
            self.timers.insert((later, key.clone()));
            return;
        }
        match file.into_connection() {
            Some(connection) if settles => self.closing.close(key.clone(), connection, room),
            Some(connection) => closing::leave_log(connection),
            None => {}
        }
    }

    fn put_to_sleep(&mut self) {
        let idle = i64::try_from(self.shared.idle.as_micros()).unwrap_or(i64::MAX);
        let now = self.shared.clock.micros();
        self.next_sleep = now.saturating_add(idle / 4);
        let limit = now.saturating_sub(idle);
        let idle: Vec<_> = self
            .slots
            .iter()
            .filter(|(_, slot)| {
                slot.used <= limit && slot.object.is_idle() && slot.place <= self.synced
            })
            .map(|(key, _)| key.clone())
            .collect();
        for key in idle {
            self.close(&key);
        }
    }

    /// A place for one more object. Where there is none, others are put to sleep.
    fn make_room(&mut self) -> Result<Place> {
        if let Some(place) = self.places.take() {
            return Ok(place);
        }
        if self.shared.clock.micros() < self.full_until {
            return Err(no_room());
        }
        self.close_oldest();
        self.closing.wait_for_one();
        if let Some(place) = self.places.take() {
            return Ok(place);
        }
        // All that could sleep waits for the log.
        self.wait_for_log();
        self.close_oldest();
        self.closing.wait_for_one();
        if let Some(place) = self.places.take() {
            return Ok(place);
        }
        if !self.shared.clock.is_manual() {
            self.full_until = self.shared.clock.micros() + REFUSED;
        }
        Err(no_room())
    }

    /// Puts some of those to sleep that were not used for the longest time.
    fn close_oldest(&mut self) {
        let mut idle: Vec<_> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.object.is_idle() && slot.place <= self.synced)
            .map(|(key, slot)| (slot.used, key))
            .collect();
        // Some at once, because it takes a look at all of them; not many, because each of them keeps who asks waiting.
        let count = (self.slots.len() / 8).clamp(1, CLOSED_AT_ONCE);
        if idle.len() > count {
            idle.select_nth_unstable(count);
            idle.truncate(count);
        }
        let keys: Vec<_> = idle.into_iter().map(|(_, key)| key.clone()).collect();
        for key in keys {
            self.close(&key);
        }
    }

    fn stop(&mut self) {
        let keys: Vec<_> = self.slots.keys().cloned().collect();
        let done = self.log_is_safe();
        for one in std::mem::take(&mut self.held).into_values().flatten() {
            if let (Some(reply), Output::Answer(_, answer)) = (one.reply, one.output) {
                let _ = reply.send(done.clone().and(answer));
            }
        }
        for key in keys {
            self.close(&key);
        }
        while !self.closing.is_done() {
            self.closing.wait_for_one();
        }
        self.settling.end();
    }
}

fn no_room() -> Error {
    Error::new(
        ErrorKind::Overloaded,
        "as many objects as may be open have work under way; try again in a moment",
    )
}
