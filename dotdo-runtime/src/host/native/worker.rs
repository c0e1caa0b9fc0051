//! A thread that owns objects: their mailbox, their turns, their alarms, their sleep.

mod gate;
mod opening;
#[cfg(test)]
pub(super) mod tests;
mod timers;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::activity::Guard;
use super::closing::Closing;
use super::file::ObjectFile;
use super::room::{Place, Places};
use super::settling::Settling;
use super::shared::{NativeEnv, Shared};
use super::spares::Spares;
use super::{Handle, path_of};
use crate::app::ObjectKey;
use crate::error::Result;
use crate::json::Json;
use crate::object::{Answer, Input, Object, Output, Request};
use gate::Held;

/// Turns that are taken before the log is asked to sync.
const BATCH: usize = 256;
/// So many bytes may be held back; then no turn is taken until the log is safe.
const HELD: usize = 32 << 20;
/// So many files are brought to what the log has before others have their turn.
const SETTLED_AT_ONCE: usize = 16;
/// When nothing came for so long, there is time to make a connection ahead.
const QUIET: Duration = Duration::from_millis(1);
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

pub(super) struct Worker {
    shared: Arc<Shared>,
    handle: Handle,
    number: usize,
    slots: HashMap<ObjectKey, Slot>,
    places: Places,
    closing: Closing,
    spares: Spares,
    /// What was opened last, unless a connection for the next like it was made ready.
    opened: Option<ObjectKey>,
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
            spares: Spares::default(),
            opened: None,
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
            self.look_at_closed();
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
                    self.make_ready();
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
        if self.opened.is_some() {
            return QUIET;
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
}
