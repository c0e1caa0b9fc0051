//! What the threads of a business share, and what an object sees of its host.

use std::cell::{Cell as StdCell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::activity::Activity;
use super::alarms::{AT_ONCE, Alarms};
use super::clock::Clock;
use super::live::Listeners;
use super::log::{Log, Surroundings, Template};
use super::room::Room;
use super::steps::Steps;
use super::templates::Templates;
use crate::app::{App, ObjectKey};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Env;
use crate::host::recorder::Ahead;

/// What the threads of a business share.
pub(super) struct Shared {
    pub app: &'static App,
    pub folder: PathBuf,
    pub clock: Clock,
    /// The log, where writes are made safe together.
    pub log: Option<Log>,
    pub safekeeping: Arc<Safekeeping>,
    pub templates: Templates,
    pub steps: Steps,
    pub activity: Activity,
    pub listeners: Arc<Listeners>,
    pub room: Arc<Room>,
    pub idle: Duration,
}

impl Shared {
    /// When sleeping objects are to be woken.
    pub fn alarms(&self) -> &Alarms {
        &self.safekeeping.alarms
    }

    /// What a new object of this noun begins with, or a new tenant.
    pub fn template(&self, noun: Option<&str>) -> Result<Arc<Template>> {
        self.templates.of(self.app, noun, self.log.is_some())
    }

    /// The last failure of the storage.
    pub fn trouble(&self) -> Error {
        let last = self.safekeeping.trouble();
        last.unwrap_or_else(|| Error::new(ErrorKind::Storage, "the storage failed"))
    }

    /// Keeps the last failure of the storage for whoever asks what is the matter.
    pub fn report(&self, error: &Error) {
        self.safekeeping.report(error);
    }
}

/// What the log has to do with besides itself.
pub(super) struct Safekeeping {
    pub alarms: Alarms,
    folder: PathBuf,
    trouble: Mutex<Option<Error>>,
    /// How the files of open objects get what the log has; where all files cannot be synced at once, they are synced too.
    workers: Mutex<Vec<Settle>>,
    /// What files could not take: nobody may forget it before they do.
    ahead: Mutex<HashMap<ObjectKey, (u32, Ahead)>>,
}

/// Has a thread bring all its files to what the log has, and gives what came of it.
pub(super) type Settle = Box<dyn Fn() -> Result<()> + Send>;

impl Safekeeping {
    pub fn new(alarms: Alarms, folder: PathBuf) -> Self {
        Self {
            alarms,
            folder,
            trouble: Mutex::default(),
            workers: Mutex::default(),
            ahead: Mutex::default(),
        }
    }

    pub fn trouble(&self) -> Option<Error> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub fn add_worker(&self, worker: Settle) {
        self.workers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(worker);
    }

    /// Makes all files safe at once, where the system can.
    pub fn make_all_safe(&self) -> Option<impl FnMut() -> Result<()>> {
        #[cfg(target_os = "linux")]
        return Some(|| sync_all_files(&self.folder));
        #[cfg(not(target_os = "linux"))]
        None::<fn() -> Result<()>>
    }

    /// A file could not take what the log has.
    pub fn keep(&self, key: ObjectKey, ahead: (u32, Ahead)) {
        self.kept().insert(key, ahead);
    }

    /// Has a file take what it could not take before.
    pub fn catch_up(
        &self,
        key: &ObjectKey,
        go_on: impl FnOnce((u32, Ahead)) -> Result<()>,
    ) -> Result<()> {
        let Some(ahead) = self.kept().get(key).cloned() else {
            return Ok(());
        };
        go_on(ahead)?;
        self.kept().remove(key);
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<ObjectKey, (u32, Ahead)>> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make_files_safe(&self) -> Result<()> {
        let workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        workers.iter().try_for_each(|settle| settle())?;
        drop(workers);
        if let Some(key) = self.kept().keys().next() {
            return Err(Error::new(
                ErrorKind::Storage,
                format_args!("the file of {key} has not taken what was done"),
            ));
        }
        #[cfg(target_os = "linux")]
        sync_all_files(&self.folder)?;
        Ok(())
    }
}

/// Whether the system can make all files safe at once. Where it cannot, each object does so by itself.
pub(super) const SYNCS_ALL: bool = cfg!(target_os = "linux");

#[cfg(target_os = "linux")]
fn sync_all_files(folder: &std::path::Path) -> Result<()> {
    let folder = std::fs::File::open(folder)?;
    rustix::fs::syncfs(&folder).map_err(|e| {
        Error::new(
            ErrorKind::Storage,
            format_args!("the disk did not take what was written: {e}"),
        )
    })
}

impl Surroundings for Safekeeping {
    fn alarms(&self, alarms: Vec<(String, Option<i64>)>) {
        if let Err(error) = self.alarms.set_later(alarms) {
            // They stay in memory, and in the log.
            self.report(&error);
        }
    }

    fn make_safe(&self) -> Result<()> {
        self.alarms.checkpoint()?;
        self.make_files_safe()
    }

    fn report(&self, error: &Error) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
    }
}

/// What an object sees of its host.
pub(super) struct NativeEnv {
    shared: Arc<Shared>,
    key: ObjectKey,
    /// The key as JSON.
    text: String,
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
        if self.shared.log.is_some() {
            // It goes into the log, with the turn.
            return Ok(());
        }
        let index = if busy { Some(AT_ONCE) } else { at };
        // Only what makes it earlier has to be written now; later comes when the object goes to sleep.
        if let Some(index) = index
            && self.registered.get().is_none_or(|known| index < known)
        {
            self.shared.alarms().set(&self.key, Some(index))?;
            self.registered.set(Some(index));
        }
        Ok(())
    }
}

impl NativeEnv {
    pub fn new(shared: Arc<Shared>, key: ObjectKey) -> Result<Self> {
        let registered = StdCell::new(shared.alarms().get(&key)?);
        Ok(Self {
            shared,
            text: serde_json::to_string(&key)?,
            key,
            registered,
            wanted: StdCell::new((None, false)),
        })
    }

    /// The object's key as JSON.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// When the object wants to be woken.
    pub fn alarm(&self) -> Option<i64> {
        self.wanted.get().0
    }

    /// What the index is to say, if it does not say so yet. From now on it does.
    #[allow(
        clippy::option_option,
        reason = "an alarm that was taken away is another thing than one that has not changed"
    )]
    pub fn take_alarm(&self) -> Option<Option<i64>> {
        let (at, busy) = self.wanted.get();
        let index = if busy { Some(AT_ONCE) } else { at };
        (self.registered.replace(index) != index).then_some(index)
    }

    /// Brings the index in line with what the object wants.
    pub fn settle(&self) -> Result<()> {
        let (at, busy) = self.wanted.get();
        let index = if busy { Some(AT_ONCE) } else { at };
        if index != self.registered.get() {
            self.shared.alarms().set(&self.key, index)?;
            self.registered.set(index);
        }
        Ok(())
    }
}

/// A random number of the system's.
pub(super) fn random() -> u128 {
    /// So many are asked for at once: the question takes longer than the answer.
    const AT_ONCE: usize = 32;
    thread_local! {
        static READY: RefCell<([[u8; 16]; AT_ONCE], usize)> = const { RefCell::new(([[0; 16]; AT_ONCE], 0)) };
    }
    READY.with_borrow_mut(|(numbers, left)| {
        if *left == 0 {
            // The source does not fail once it has worked; if it did, ids would still be unique by time.
            let _ = getrandom::fill(numbers.as_flattened_mut());
            *left = AT_ONCE;
        }
        *left -= 1;
        // Nobody is to find it there any more.
        u128::from_le_bytes(std::mem::take(&mut numbers[*left]))
    })
}
