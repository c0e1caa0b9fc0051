//! What an object sees of the simulated host: its clock, its random numbers, its alarm.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::{DateTime, Utc};

use super::random::Random;
use crate::app::ObjectKey;
use crate::error::Result;
use crate::host::Env;

/// Wake at once after a restart: work was under way.
pub(super) const AT_ONCE: i64 = 0;

/// What all objects share.
pub(super) struct Shared {
    pub now: Cell<i64>,
    /// Apart from the one that decides what happens, so that one id more does not change everything.
    pub entropy: RefCell<Random>,
    pub index: RefCell<Index>,
}

/// When each object that is not open is to be woken. Like a file: what is not synced can be lost.
#[derive(Default)]
pub(super) struct Index {
    safe: BTreeMap<ObjectKey, i64>,
    unsynced: BTreeMap<ObjectKey, Option<i64>>,
}

impl Index {
    fn set(&mut self, key: &ObjectKey, at: Option<i64>) {
        self.unsynced.insert(key.clone(), at);
    }

    pub fn get(&self, key: &ObjectKey) -> Option<i64> {
        match self.unsynced.get(key) {
            Some(at) => *at,
            None => self.safe.get(key).copied(),
        }
    }

    /// What was said of this object is safe.
    pub fn sync(&mut self, key: &ObjectKey) {
        if let Some(at) = self.unsynced.remove(key) {
            match at {
                Some(at) => self.safe.insert(key.clone(), at),
                None => self.safe.remove(key),
            };
        }
    }

    pub fn forget(&mut self, key: &ObjectKey) {
        self.safe.remove(key);
        self.unsynced.remove(key);
    }

    /// The power goes: of what was not synced, the choice decides what is kept.
    pub fn lose(&mut self, mut keep: impl FnMut(&ObjectKey) -> bool) {
        for (key, at) in std::mem::take(&mut self.unsynced) {
            if keep(&key) {
                self.unsynced.insert(key.clone(), at);
                self.sync(&key);
            }
        }
    }

    pub fn all(&self) -> impl Iterator<Item = (&ObjectKey, i64)> {
        self.safe.iter().map(|(key, at)| (key, *at))
    }
}

pub(super) struct SimEnv {
    pub shared: Rc<Shared>,
    pub key: ObjectKey,
    /// When the object wants to be woken.
    pub alarm: Cell<Option<i64>>,
}

impl Env for SimEnv {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.shared.now.get()).unwrap_or_default()
    }

    fn random(&self) -> u128 {
        let mut entropy = self.shared.entropy.borrow_mut();
        u128::from(entropy.any()) << 64 | u128::from(entropy.any())
    }

    fn arm(&self, at: Option<DateTime<Utc>>, busy: bool) -> Result<()> {
        let at = at.map(|at| at.timestamp_micros());
        self.alarm.set(at);
        let entry = if busy { Some(AT_ONCE) } else { at };
        let mut index = self.shared.index.borrow_mut();
        if index.get(&self.key) != entry {
            index.set(&self.key, entry);
        }
        Ok(())
    }
}
