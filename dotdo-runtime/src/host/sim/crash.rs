//! Crashes, restarts, sleep.

use super::network::{ReplyTo, lost};
use super::world::{Event, World, file_of};
use crate::app::ObjectKey;

impl World {
    /// What may go wrong after any event.
    pub fn chaos(&mut self) {
        if !self.up {
            return;
        }
        if self.random.permille(self.faults.crash) {
            let power = self.random.below(3) > 0;
            self.crash(power);
            return;
        }
        if self.random.permille(self.faults.full) {
            self.stats.faults += 1;
            self.say(format_args!("the disk is full"));
            self.disk.set_full(true);
            let micros = i64::try_from(self.random.below(5_000_000)).unwrap_or(0);
            self.after(micros, Event::Room);
        }
        if self.random.permille(self.faults.crash_object) {
            let keys: Vec<_> = self.slots.keys().cloned().collect();
            if let Some(key) = self.random.pick(&keys) {
                self.crash_object(key);
            }
        }
        if self.random.permille(self.faults.sleep) {
            let idle = self.idle();
            if let Some(key) = self.random.pick(&idle) {
                self.put_to_sleep(key);
            }
        }
    }

    fn idle(&self) -> Vec<ObjectKey> {
        self.slots
            .iter()
            .filter(|(_, slot)| slot.object.is_idle() && slot.held.is_empty())
            .map(|(key, _)| key.clone())
            .collect()
    }

    pub fn sleep_all(&mut self) {
        for key in self.idle() {
            self.put_to_sleep(&key);
        }
    }

    fn put_to_sleep(&mut self, key: &ObjectKey) {
        self.say(format_args!("{key} is put to sleep"));
        self.close(key);
    }

    /// The process is killed; if the power goes as well, what was not synced may be lost.
    pub fn crash(&mut self, power: bool) {
        self.stats.crashes += 1;
        self.say(format_args!(
            "the process {}",
            if power {
                "loses its power"
            } else {
                "is killed"
            }
        ));
        self.disk.freeze();
        self.slots.clear();
        self.not_before.clear();
        let random = &mut self.random;
        if power {
            self.disk.lose(|_| true, &mut |n| random.below(n));
        }
        self.shared
            .index
            .borrow_mut()
            .lose(|_| !power || random.below(2) == 0);
        self.disk.thaw();
        self.orphan_steps(|_| true);
        for (at, tie, event) in self.queue.take_all() {
            match event {
                // What is on its way arrives, but there is nobody left to be answered.
                Event::Deliver {
                    to,
                    request,
                    reply: ReplyTo::Message(_) | ReplyTo::Nobody,
                } if self.random.below(2) == 0 => {
                    let reply = ReplyTo::Nobody;
                    self.queue
                        .put(at, tie, Event::Deliver { to, request, reply });
                }
                Event::Room => self.queue.put(at, tie, Event::Room),
                Event::Step(step) | Event::StepDone { step, .. }
                    if self.steps.contains_key(&step) =>
                {
                    self.queue.put(at, tie, event);
                }
                _ => {}
            }
        }
        for waiting in self.calls.values_mut() {
            waiting.answer.get_or_insert_with(|| Err(lost()));
        }
        self.up = false;
        let downtime = if self.faults.lose_answers() {
            self.random.below(3_000_000)
        } else {
            0
        };
        self.after(i64::try_from(downtime).unwrap_or(0), Event::Up);
    }

    /// One object is lost with the machine it is on.
    fn crash_object(&mut self, key: &ObjectKey) {
        self.stats.crashes += 1;
        self.say(format_args!("{key} is lost with its machine"));
        self.disk.freeze();
        let slot = self.slots.remove(key);
        let held = slot.map(|slot| slot.held).unwrap_or_default();
        let (main, random) = (file_of(key), &mut self.random);
        self.disk.lose(
            |name| {
                name.strip_prefix(&main)
                    .is_some_and(|rest| rest.is_empty() || rest == "-wal")
            },
            &mut |n| random.below(n),
        );
        self.shared
            .index
            .borrow_mut()
            .lose(|other| other != key || random.below(2) == 0);
        self.disk.thaw();
        self.orphan_steps(|other| other == key);
        for one in held {
            if let Some(reply) = one.reply {
                // Who waits for it hears nothing, and takes it for lost in the end.
                self.answer(reply, Err(lost()));
            }
        }
        self.wake_later(key);
    }

    /// The process starts: what was under way goes on.
    pub fn start(&mut self) {
        self.say(format_args!("the process starts"));
        self.up = true;
        let index: Vec<_> = self
            .shared
            .index
            .borrow()
            .all()
            .map(|(key, at)| (key.clone(), at))
            .collect();
        for (key, at) in index {
            self.after((at - self.now()).max(0), Event::Alarm(key));
        }
        // A log beside a file says that it was open when the process ended, so there may be more in it than the index
        // knows of.
        let left: Vec<_> = self
            .disk
            .names()
            .into_iter()
            .filter_map(|name| name.strip_suffix("-wal").map(str::to_owned))
            .collect();
        for name in left {
            if let Some(key) = self.known.get(&name).cloned() {
                self.wake_later(&key);
            }
        }
        // The default tenant keeps the schedules, so it is there from the start.
        self.wake(&ObjectKey::tenant(self.app.domain()));
    }

    fn wake_later(&mut self, key: &ObjectKey) {
        self.after(0, Event::Wake(key.clone()));
    }

    /// Wakes an object, or makes it. A failure shows again at the first call.
    pub fn wake(&mut self, key: &ObjectKey) {
        let create = key.thing.is_none();
        if let Err(error) = self.open(key, create) {
            self.say(format_args!("{key} cannot be opened: {}", error.message()));
            self.trouble = Some(error);
        }
    }

    /// Ends in good order: everything is safe and asleep. Then it starts again.
    pub fn restart(&mut self) {
        for key in self.slots.keys().cloned().collect::<Vec<_>>() {
            self.close(&key);
        }
        self.crash(false);
        self.stats.crashes -= 1;
    }
}
