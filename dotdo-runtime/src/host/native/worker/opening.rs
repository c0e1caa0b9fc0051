//! Objects are opened, and put to sleep when they are idle or when there is no room for others.

use std::collections::HashSet;
use std::rc::Rc;

use super::{STORAGE_RETRY, Slot, Worker};
use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};
use crate::host::native::file::{self, Keeping, ObjectFile};
use crate::host::native::path_of;
use crate::host::native::room::Place;
use crate::host::native::shared::NativeEnv;
use crate::host::native::spares::Spare;
use crate::host::{Env, Sql};
use crate::object::{Object, Output, wake};

/// So many objects are put to sleep at once to make room.
const CLOSED_AT_ONCE: usize = 64;
/// A tenant that was used within this time is not put to sleep for one more of its objects while others have work under way.
const LATELY: i64 = 1_000_000;
/// Where nothing could be put to sleep, so long it is not tried again: it takes a look at all objects.
const REFUSED: i64 = 5_000;

impl Worker {
    /// Makes sure that the object is open.
    pub(super) fn open(&mut self, key: &ObjectKey, create: bool) -> Result<()> {
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
        self.look_at_closed();
        let log = self.shared.log.as_ref();
        let keeping = log.map_or(Keeping::File, |log| Keeping::Log(log.texts()));
        self.shared.safekeeping.catch_up(key, |ahead| {
            ObjectFile::open(&path, keeping)?.database.go_on(ahead)
        })?;
        if self.doubtful.contains(key) {
            file::make_safe(&path)?;
            self.doubtful.remove(key);
        }
        self.opened = Some(key.clone());
        let spares = &mut self.spares;
        let file = ObjectFile::open_or_make(
            &path,
            keeping,
            &mut |schema| spares.take(key.noun(), schema),
            || self.shared.template(key.noun()),
        )?;
        let env = Rc::new(NativeEnv::new(self.shared.clone(), key.clone())?);
        let app = self.shared.app;
        let rest = wake::rest_of(app, key);
        let open = if rest.is_some_and(|rest| file.is_at_rest(&rest)) {
            Object::open_at_rest
        } else {
            Object::open
        };
        let (object, outputs) = open(
            app,
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
    pub(super) fn unmake_if_blank(&mut self, key: &ObjectKey) {
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

    /// What the storage did not take is taken up again when the object wakes, a little later: at once, a full disk
    /// would keep this thread from everything else.
    pub(super) fn open_anew_later(&mut self, key: &ObjectKey) {
        self.close(key);
        self.timers.retain(|(_, other)| other != key);
        self.timers
            .insert((self.shared.clock.micros() + STORAGE_RETRY, key.clone()));
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
        let (idle, busy): (Vec<_>, Vec<_>) = self
            .slots
            .iter()
            .partition(|(_, slot)| slot.object.is_idle() && slot.place <= self.synced);
        // What objects have under way is for their tenant, as a rule. If that had to give way to one more of them, all would
        // wait for it, and it for a place.
        let waiting: HashSet<_> = busy.iter().map(|(key, _)| &key.tenant).collect();
        let lately = self.shared.clock.micros() - LATELY;
        let is_waited_for = |key: &ObjectKey, slot: &Slot| {
            key.thing.is_none() && slot.used > lately && waiting.contains(&key.tenant)
        };
        let mut idle: Vec<_> = idle
            .into_iter()
            .filter(|(key, slot)| !is_waited_for(key, slot))
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

    pub(super) fn put_to_sleep(&mut self) {
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

    pub(super) fn close(&mut self, key: &ObjectKey) {
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
            env,
            room,
            behind,
            ..
        } = slot;
        let settles = file.has_to_settle();
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
        if settles
            && env.alarm().is_none()
            && let Some(rest) = object.rest()
        {
            // If it is not said, it is asked.
            let _ = file.database.say_at_rest(&rest);
        }
        drop(object);
        match file.into_connection() {
            Some(connection) if settles => self.closing.close(key.clone(), connection, room),
            Some(connection) => {
                if let Some(spare) = Spare::of(connection) {
                    self.keep(key, spare);
                }
            }
            None => {}
        }
    }

    /// Keeps a connection for another object like this one.
    fn keep(&mut self, key: &ObjectKey, spare: Spare) {
        if let Ok(template) = self.shared.template(key.noun()) {
            self.spares.keep(key.noun(), spare, &template);
        }
    }

    /// Makes a connection for the next object like the one that was opened last, unless there are some. To be called when there is
    /// nothing else to do.
    pub(super) fn make_ready(&mut self) {
        let Some(opened) = self.opened.take() else {
            return;
        };
        let noun = opened.noun();
        if !self.spares.are_few(noun) {
            return;
        }
        if let Ok(template) = self.shared.template(noun)
            && let Some(spare) =
                Spare::ahead(&template, |sql| wake::rehearse(self.shared.app, noun, sql))
        {
            self.spares.keep(noun, spare, &template);
        }
    }

    /// Takes what the closing thread has done.
    pub(super) fn look_at_closed(&mut self) {
        self.closing.look();
        while let Some((key, spare)) = self.closing.spare() {
            self.keep(&key, spare);
        }
    }

    pub(super) fn stop(&mut self) {
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
