//! Objects are woken when they want to be.

use super::{BATCH, STORAGE_RETRY, Worker};
use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind};
use crate::object::Input;

/// Alarms within this time are kept in memory.
const HORIZON: i64 = 60 * 1_000_000;

impl Worker {
    pub(super) fn load_alarms(&mut self) {
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

    pub(super) fn fire_alarms(&mut self) {
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
    pub(super) fn fire_all_that_is_due(&mut self) {
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
}
