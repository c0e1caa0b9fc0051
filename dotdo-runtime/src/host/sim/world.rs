//! The objects of a simulation, their turns, and the gate that holds back what is not safe.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use dotdo_disk::{Disk, VFS};
use rusqlite::{Connection, OpenFlags};

use super::env::{Shared, SimEnv};
use super::faults::Faults;
use super::network::{ReplyTo, Waiting};
use super::random::Random;
use super::steps::Running;
use super::trace::{Stats, Trace};
use crate::app::{App, ObjectKey};
use crate::error::{Error, ErrorKind, Result};
use crate::host::sqlite::{Database, Syncs, cannot};
use crate::host::{Env, Sql};
use crate::json::Json;
use crate::object::{Answer, Input, Object, Output, Request};

/// A failing disk is tried again after this.
const STORAGE_RETRY: i64 = 1_000_000;
/// So many alarms of one object at one instant mean that it gets nowhere.
const MOST_ALARMS: u32 = 10_000;

/// Something that is going to happen.
pub(super) enum Event {
    /// A request arrives at an object.
    Deliver {
        to: ObjectKey,
        request: Request,
        reply: ReplyTo,
    },
    /// An answer arrives.
    Reply {
        reply: ReplyTo,
        answer: Result<Answer>,
    },
    /// A sync of an object's files is over.
    Synced {
        key: ObjectKey,
        life: u64,
        marks: Marks,
    },
    /// An object is woken, because more may be under way in it than anybody knows.
    Wake(ObjectKey),
    /// An alarm goes off.
    Alarm(ObjectKey),
    /// A step begins, or can go on.
    Step(u64),
    /// A step has ended.
    StepDone { step: u64, result: Result<Json> },
    /// The process starts.
    Up,
    /// There is room on the disk again.
    Room,
}

/// What is going to happen, in order; what happens at one instant happens in an order that the seed decides.
#[derive(Default)]
pub(super) struct Queue {
    events: BTreeMap<(i64, u64, u64), Event>,
    sequence: u64,
    /// How many are not alarms.
    work: usize,
}

impl Queue {
    pub fn put(&mut self, at: i64, tie: u64, event: Event) {
        self.work += usize::from(!matches!(event, Event::Alarm(_)));
        self.events.insert((at, tie, self.sequence), event);
        self.sequence += 1;
    }

    pub fn next(&self) -> Option<i64> {
        self.events.keys().next().map(|(at, ..)| *at)
    }

    pub fn take(&mut self) -> Option<(i64, Event)> {
        let ((at, ..), event) = self.events.pop_first()?;
        self.work -= usize::from(!matches!(event, Event::Alarm(_)));
        Some((at, event))
    }

    /// Whether anything is under way, as opposed to waiting for its time.
    pub fn has_work(&self) -> bool {
        self.work > 0
    }

    pub fn take_all(&mut self) -> Vec<(i64, u64, Event)> {
        self.work = 0;
        std::mem::take(&mut self.events)
            .into_iter()
            .map(|((at, tie, _), event)| (at, tie, event))
            .collect()
    }
}

/// How far an object's file and its log have been written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    main: u64,
    wal: u64,
}

/// Something that leaves once it is safe.
pub(super) struct Held {
    marks: Marks,
    pub output: Output,
    pub reply: Option<ReplyTo>,
}

/// An object that is awake.
pub(super) struct Slot {
    pub object: Object,
    database: Rc<Database>,
    pub env: Rc<SimEnv>,
    /// Which of the object's lives this is: answers to an earlier one are not for it.
    pub life: u64,
    timer: Option<i64>,
    pub held: VecDeque<Held>,
    syncing: bool,
    alarms: (i64, u32),
}

pub(super) struct World {
    pub app: &'static App,
    pub shared: Rc<Shared>,
    pub random: Random,
    pub faults: Faults,
    pub disk: Disk,
    pub slots: BTreeMap<ObjectKey, Slot>,
    pub queue: Queue,
    pub up: bool,
    lives: u64,
    pub calls: BTreeMap<u64, Waiting>,
    pub next_call: u64,
    pub steps: BTreeMap<u64, Running>,
    pub next_step: u64,
    /// Actions that the simulation has failed, or crashed at, already.
    pub failed: BTreeSet<String>,
    pub trace: Trace,
    pub stats: Stats,
    pub trouble: Option<Error>,
    /// Objects whose alarms are left alone for a while, because the storage failed.
    pub not_before: BTreeMap<ObjectKey, i64>,
    /// Whose file it is.
    pub known: BTreeMap<String, ObjectKey>,
}

/// The file of an object.
pub(super) fn file_of(key: &ObjectKey) -> String {
    let mut name = key.to_string();
    if name.len() > 400 {
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut cut = 300;
        while !name.is_char_boundary(cut) {
            cut -= 1;
        }
        name.truncate(cut);
        name = format!("{name}~{hash:016x}");
    }
    format!("{name}.sqlite")
}

fn wal_of(key: &ObjectKey) -> String {
    file_of(key) + "-wal"
}

impl World {
    pub fn new(app: &'static App, seed: u64, start: i64, faults: Faults) -> Self {
        let mut random = Random::new(seed);
        let entropy = Random::new(random.any());
        let mut world = Self {
            app,
            shared: Rc::new(Shared {
                now: start.into(),
                entropy: entropy.into(),
                index: std::cell::RefCell::default(),
            }),
            random,
            faults,
            disk: Disk::new(),
            slots: BTreeMap::new(),
            queue: Queue::default(),
            up: false,
            lives: 0,
            calls: BTreeMap::new(),
            next_call: 0,
            steps: BTreeMap::new(),
            next_step: 0,
            failed: BTreeSet::new(),
            trace: Trace::new(),
            stats: Stats::default(),
            trouble: None,
            not_before: BTreeMap::new(),
            known: BTreeMap::new(),
        };
        world.set_now(start);
        world.start();
        world
    }

    pub fn now(&self) -> i64 {
        self.shared.now.get()
    }

    pub fn set_now(&mut self, now: i64) {
        let before = self.shared.now.replace(now);
        self.stats.micros += u64::try_from(now - before).unwrap_or(0);
        dotdo_disk::set_time(now / 1000);
    }

    pub fn say(&mut self, what: std::fmt::Arguments<'_>) {
        self.trace.say(self.shared.now.get(), what);
    }

    /// Something happens after at most so long.
    pub fn soon(&mut self, most: Duration, event: Event) {
        let most = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
        let delay = if most == 0 {
            0
        } else {
            self.random.below(most)
        };
        self.after(i64::try_from(delay).unwrap_or(i64::MAX), event);
    }

    /// Something happens after so many microseconds.
    pub fn after(&mut self, micros: i64, event: Event) {
        let tie = self.random.any();
        self.queue
            .put(self.now().saturating_add(micros), tie, event);
    }

    pub fn exists(&self, key: &ObjectKey) -> bool {
        self.slots.contains_key(key) || self.disk.exists(&file_of(key))
    }

    // ---- objects ----

    /// Makes sure that the object is awake.
    pub fn open(&mut self, key: &ObjectKey, create: bool) -> Result<()> {
        if self.slots.contains_key(key) {
            return Ok(());
        }
        let is_new = !self.disk.exists(&file_of(key));
        if !create && is_new {
            return Err(Error::not_found(match &key.thing {
                Some((noun, id)) => format!("there is no {noun}/{id}"),
                None => format!(
                    "there is no tenant `{}` yet; it begins with the first thing that is made there",
                    key.tenant
                ),
            }));
        }
        self.say(format_args!("{key} wakes"));
        self.known.insert(file_of(key), key.clone());
        let name = key.to_string();
        let connection = Connection::open_with_flags_and_vfs(
            self.disk.path(&file_of(key)),
            OpenFlags::default(),
            VFS,
        )
        .map_err(|e| cannot(&name, &e))?;
        let syncs = Syncs {
            commits: false,
            beginnings: !is_new,
            pages: Syncs::PAGES,
        };
        let database = Rc::new(Database::of(connection, name, "EXCLUSIVE", syncs)?);
        let env = Rc::new(SimEnv {
            shared: self.shared.clone(),
            key: key.clone(),
            alarm: None.into(),
        });
        let (object, outputs) = Object::open(
            self.app,
            key.clone(),
            database.clone() as Rc<dyn Sql>,
            env.clone() as Rc<dyn Env>,
        )?;
        self.lives += 1;
        self.slots.insert(
            key.clone(),
            Slot {
                object,
                database,
                env,
                life: self.lives,
                timer: None,
                held: VecDeque::new(),
                syncing: false,
                alarms: (0, 0),
            },
        );
        self.after_turn(key, outputs, None);
        Ok(())
    }

    pub fn deliver(&mut self, to: &ObjectKey, request: Request, reply: ReplyTo) {
        self.say(format_args!(
            "{to} is asked {}",
            request
                .ops
                .first()
                .map(crate::journal::op_name)
                .unwrap_or_default()
        ));
        let create = request
            .ops
            .first()
            .is_some_and(|op| op.creates() || to.thing.is_none() && !op.is_read());
        let is_new = create && to.thing.is_some() && !self.exists(to);
        // Opening takes up what was under way, which can find the disk full.
        let opened = self.open(to, create).and_then(|()| {
            if self.slots.contains_key(to) {
                Ok(())
            } else {
                Err(self.trouble())
            }
        });
        match opened {
            Ok(()) => {
                self.turn(to, Input::Request(request, 0), Some(reply));
                if is_new {
                    self.unmake_if_blank(to);
                }
            }
            Err(error) => self.answer(reply, Err(error)),
        }
    }

    /// The last failure of the storage.
    fn trouble(&self) -> Error {
        self.trouble
            .clone()
            .unwrap_or_else(|| Error::new(ErrorKind::Storage, "the storage failed"))
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
        let Some(slot) = self.slots.remove(key) else {
            return;
        };
        let held = slot.held;
        drop((slot.object, slot.database));
        self.disk.remove(&file_of(key));
        self.disk.remove(&wal_of(key));
        self.shared.index.borrow_mut().forget(key);
        for one in held {
            self.release(key, one);
        }
    }

    /// One turn of an object that is awake.
    pub fn turn(&mut self, key: &ObjectKey, input: Input, reply: Option<ReplyTo>) {
        self.stats.turns += 1;
        let interrupted = self.random.permille(self.faults.crash_in_turn);
        if interrupted {
            let writes = self.random.below(60);
            self.disk.freeze_after(writes);
        }
        if let Some(slot) = self.slots.get_mut(key) {
            let outputs = slot.object.handle(input);
            self.after_turn(key, outputs, reply);
        }
        if self.disk.is_frozen() {
            self.say(format_args!("the power goes in the middle of a turn"));
            self.crash(true);
        } else if interrupted {
            self.disk.never_mind();
        }
        if self.faults.crash_at_turn == Some(self.stats.turns) {
            self.crash(true);
        }
    }

    fn marks(&self, key: &ObjectKey) -> Marks {
        Marks {
            main: self.disk.position(&file_of(key)),
            wal: self.disk.position(&wal_of(key)),
        }
    }

    fn is_safe(&self, key: &ObjectKey) -> bool {
        self.disk.unsynced(&file_of(key)) == 0 && self.disk.unsynced(&wal_of(key)) == 0
    }

    /// Holds back what the turn caused until its writes are safe, and sets the object's timer.
    fn after_turn(&mut self, key: &ObjectKey, outputs: Vec<Output>, reply: Option<ReplyTo>) {
        let (safe, marks, now) = (self.is_safe(key), self.marks(key), self.now());
        let Some(slot) = self.slots.get_mut(key) else {
            return;
        };
        let at = slot.env.alarm.get();
        let timer = (slot.timer != at).then(|| slot.timer = at).and(at);
        let failed = slot.object.take_storage_failure();
        let mut reply = reply;
        let held: Vec<_> = outputs
            .into_iter()
            .map(|output| Held {
                marks,
                reply: match output {
                    Output::Answer(..) => reply.take(),
                    _ => None,
                },
                output,
            })
            .collect();
        let free = crate::planted::is(crate::planted::Bug::AckBeforeCommit)
            || safe && slot.held.is_empty();
        let mut release = Vec::new();
        if free {
            release = held;
        } else {
            slot.held.extend(held);
        }
        if let Some(at) = timer {
            self.after((at - now).max(0), Event::Alarm(key.clone()));
        }
        for one in release {
            self.release(key, one);
        }
        if !safe {
            self.sync(key);
        }
        if let Some(error) = failed {
            self.trouble = Some(error);
            if !self.disk.is_frozen() {
                self.open_anew_later(key);
            }
        }
    }

    /// What the storage did not take is taken up again when the object wakes, a little later.
    fn open_anew_later(&mut self, key: &ObjectKey) {
        self.say(format_args!("{key} could not store what it did"));
        // At once, a full disk would keep it from everything else.
        self.end(key);
        let at = self.now() + STORAGE_RETRY;
        self.not_before.insert(key.clone(), at);
        self.after(STORAGE_RETRY, Event::Alarm(key.clone()));
    }

    // ---- the gate ----

    fn sync(&mut self, key: &ObjectKey) {
        let marks = self.marks(key);
        let Some(slot) = self.slots.get_mut(key) else {
            return;
        };
        if !std::mem::replace(&mut slot.syncing, true) {
            let (key, life) = (key.clone(), slot.life);
            self.soon(self.faults.sync_latency, Event::Synced { key, life, marks });
        }
    }

    pub fn synced(&mut self, key: &ObjectKey, life: u64, marks: Marks) {
        let Some(slot) = self.slots.get_mut(key).filter(|slot| slot.life == life) else {
            return;
        };
        slot.syncing = false;
        if self.random.permille(self.faults.sync_fails) {
            self.stats.faults += 1;
            self.lose_held(key);
            return;
        }
        self.make_safe(key, marks);
        let mut release = Vec::new();
        if let Some(slot) = self.slots.get_mut(key) {
            while slot
                .held
                .front()
                .is_some_and(|one| one.marks.main <= marks.main && one.marks.wal <= marks.wal)
            {
                release.extend(slot.held.pop_front());
            }
        }
        for one in release {
            self.release(key, one);
        }
        if !self.is_safe(key) {
            self.sync(key);
        }
    }

    fn make_safe(&mut self, key: &ObjectKey, marks: Marks) {
        // The index first: an entry may be too early, never too late.
        self.shared.index.borrow_mut().sync(key);
        // The disk is up, or nothing would be synced.
        let _ = self.disk.sync_to(&file_of(key), marks.main);
        let _ = self.disk.sync_to(&wal_of(key), marks.wal);
    }

    /// The disk did not take it: whoever waits hears so, and nothing else leaves. What is in memory may be ahead of the
    /// disk, so the object is opened anew from what is there.
    fn lose_held(&mut self, key: &ObjectKey) {
        let error = Error::new(
            ErrorKind::Storage,
            "the disk did not take what was written: the sync failed",
        );
        let held = self
            .slots
            .get_mut(key)
            .map(|slot| std::mem::take(&mut slot.held))
            .unwrap_or_default();
        for one in held {
            if let Some(reply) = one.reply {
                self.answer(reply, Err(error.clone()));
            }
        }
        self.trouble = Some(error);
        self.open_anew_later(key);
    }

    /// Closes an object in good order; it wakes when its time has come.
    pub fn close(&mut self, key: &ObjectKey) {
        let alarm = self.slots.get(key).and_then(|slot| slot.env.alarm.get());
        self.end(key);
        if let Some(at) = alarm {
            self.after((at - self.now()).max(0), Event::Alarm(key.clone()));
        }
    }

    fn end(&mut self, key: &ObjectKey) {
        let marks = self.marks(key);
        let Some(slot) = self.slots.remove(key) else {
            return;
        };
        let Slot {
            object,
            database,
            held,
            ..
        } = slot;
        self.make_safe(key, marks);
        drop((object, database));
        for one in held {
            self.release(key, one);
        }
    }

    // ---- alarms ----

    pub fn alarm(&mut self, key: &ObjectKey) {
        let now = self.now();
        if let Some(slot) = self.slots.get_mut(key) {
            if slot.timer.is_none_or(|at| at > now) {
                return;
            }
            slot.timer = None;
            if slot.alarms.0 != now {
                slot.alarms = (now, 0);
            }
            slot.alarms.1 += 1;
            assert!(
                slot.alarms.1 < MOST_ALARMS,
                "{key} wants to be woken again and again at the same instant"
            );
        } else if self.not_before.get(key).is_some_and(|at| *at > now) {
            return;
        }
        self.not_before.remove(key);
        self.say(format_args!("the alarm of {key} goes off"));
        match self.open(key, false) {
            Ok(()) => self.turn(key, Input::Alarm, None),
            // Its creation never committed.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.shared.index.borrow_mut().forget(key);
            }
            Err(error) => {
                self.say(format_args!("{key} cannot be opened: {}", error.message()));
                self.trouble = Some(error);
                self.after(STORAGE_RETRY, Event::Alarm(key.clone()));
            }
        }
    }
}
