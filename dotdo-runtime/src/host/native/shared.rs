//! What the threads of a business share, and what an object sees of its host.

use std::cell::Cell as StdCell;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Durability;
use super::activity::Activity;
use super::alarms::{AT_ONCE, Alarms};
use super::clock::Clock;
use super::steps::Steps;
use crate::app::{App, ObjectKey};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Env;

/// What the threads of a business share.
pub(super) struct Shared {
    pub app: &'static App,
    pub folder: PathBuf,
    pub durability: Durability,
    pub clock: Clock,
    pub alarms: Alarms,
    pub steps: Steps,
    pub activity: Activity,
    pub max_open: usize,
    pub idle: Duration,
    pub trouble: Mutex<Option<Error>>,
}

impl Shared {
    /// The last failure of the storage.
    pub fn trouble(&self) -> Error {
        let last = self
            .trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        last.unwrap_or_else(|| Error::new(ErrorKind::Storage, "the storage failed"))
    }

    /// Keeps the last failure of the storage for whoever asks what is the matter.
    pub fn report(&self, error: &Error) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
    }
}

/// What an object sees of its host.
pub(super) struct NativeEnv {
    shared: Arc<Shared>,
    key: ObjectKey,
    /// What the index of alarms says.
    registered: StdCell<Option<i64>>,
    /// What the object wants, and whether work is under way.
    wanted: StdCell<(Option<i64>, bool)>,
}

impl Env for NativeEnv {
    fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now()
    }

    fn random(&self) -> u128 {
        random()
    }

    fn arm(&self, at: Option<DateTime<Utc>>, busy: bool) -> Result<()> {
        let at = at.map(|at| at.timestamp_micros());
        self.wanted.set((at, busy));
        let index = if busy { Some(AT_ONCE) } else { at };
        // Only what makes it earlier has to be written now; later comes when the object goes to sleep.
        if let Some(index) = index
            && self.registered.get().is_none_or(|known| index < known)
        {
            self.shared.alarms.set(&self.key, Some(index))?;
            self.registered.set(Some(index));
        }
        Ok(())
    }
}

impl NativeEnv {
    pub fn new(shared: Arc<Shared>, key: ObjectKey) -> Result<Self> {
        let registered = StdCell::new(shared.alarms.get(&key)?);
        Ok(Self {
            shared,
            key,
            registered,
            wanted: StdCell::new((None, false)),
        })
    }

    /// When the object wants to be woken.
    pub fn alarm(&self) -> Option<i64> {
        self.wanted.get().0
    }

    /// Brings the index in line with what the object wants.
    pub fn settle(&self) -> Result<()> {
        let (at, busy) = self.wanted.get();
        let index = if busy { Some(AT_ONCE) } else { at };
        if index != self.registered.get() {
            self.shared.alarms.set(&self.key, index)?;
            self.registered.set(index);
        }
        Ok(())
    }
}

/// A random number of the system's.
pub(super) fn random() -> u128 {
    let mut bytes = [0; 16];
    // The source does not fail once it has worked; if it did, ids would still be unique by time.
    let _ = getrandom::fill(&mut bytes);
    u128::from_le_bytes(bytes)
}
