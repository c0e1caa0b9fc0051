//! A business that runs inside this process.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::LocalSet;

use super::activity::Activity;
use super::alarms::Alarms;
use super::clock::Clock;
use super::live::Listeners;
use super::load::Budget;
use super::log::Log;
use super::room::{self, Room};
use super::shared::{Safekeeping, Shared, random};
use super::steps::Steps;
use super::templates::Templates;
use super::worker::{Mail, Worker};
use super::{Durability, Handle, Mailbox, recovery};
use crate::app::{App, ObjectKey};
use crate::business::AppDef;
use crate::effect::Effect;
use crate::error::{Error, ErrorKind, Result};
use crate::host::{ask, request_of};

/// Requests that may wait for one thread.
const MAILBOX: usize = 8192;

/// How a business is to run inside this process.
#[derive(Debug)]
pub struct EmbeddedBuilder {
    app: &'static AppDef,
    data: PathBuf,
    durability: Durability,
    clock: Clock,
    threads: usize,
    step_threads: usize,
    max_open: Option<usize>,
    idle: Duration,
}

impl EmbeddedBuilder {
    /// What an acknowledged write survives. The default is power loss, bought in bulk.
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Another clock than the machine's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How many threads own objects. The default is one for each processor.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// How many threads run steps. The default is four.
    pub fn step_threads(mut self, threads: usize) -> Self {
        self.step_threads = threads.max(1);
        self
    }

    /// At most so many objects are open at once, on all threads together; at least two for each. For one more, the one
    /// that was not used for the longest time is put to sleep, and where all of them have work under way, whoever asks is
    /// told to try again later.
    ///
    /// The default is what the machine can well have: three quarters of the file descriptors that the process is allowed,
    /// two for each object, as long as they take no more than an eighth of the memory. Unless this is set, the process
    /// asks for as many descriptors as it may have.
    pub fn max_open(mut self, objects: usize) -> Self {
        self.max_open = Some(objects);
        self
    }

    /// An object that has been idle for so long is put to sleep.
    pub fn idle(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// Opens the directory and starts the threads. What was under way when the last process stopped goes on.
    pub fn start(self) -> Result<Embedded> {
        // If the program has used SQLite before, it is slower, and that is all.
        dotdo_sqlite::without_memory_statistics();
        // For the life of the process: what is made here is a few tables of pointers into constants.
        let app: &'static App = Box::leak(Box::new(App::new(self.app)?));
        // Whoever changes the working directory later should not move the data.
        let folder = std::path::absolute(&self.data)?;
        let lock = lock(&folder)?;
        let activity = Activity::default();
        let alarms = Alarms::open(&folder, self.durability == Durability::Sync)?;
        let safekeeping = Arc::new(Safekeeping::new(alarms, folder.clone()));
        let syncs = self.durability != Durability::Relaxed;
        let segments = recovery::take_up(&folder, syncs, &safekeeping)?;
        let log = match self.durability {
            Durability::Batch | Durability::Relaxed => {
                let log = Log::start(segments, Arc::default(), safekeeping.clone())?;
                safekeeping.alarms.only_after(Box::new(log.safety()));
                Some(log)
            }
            Durability::Sync => None,
        };
        let shared = Arc::new(Shared {
            app,
            log,
            safekeeping,
            templates: Templates::default(),
            folder,
            clock: self.clock.clone(),
            steps: Steps::start(app, self.step_threads)?,
            activity: activity.clone(),
            listeners: Arc::default(),
            room: Arc::new(Room::new(
                self.max_open.unwrap_or_else(room::sensible),
                self.threads,
            )),
            idle: self.idle,
        });
        let mut mailboxes = Vec::new();
        let mut receivers = Vec::new();
        for _ in 0..self.threads {
            let (outside, from_outside) = mpsc::channel(MAILBOX);
            let (inside, from_inside) = mpsc::unbounded_channel();
            receivers.push((inside.clone(), from_inside, from_outside));
            mailboxes.push(Mailbox { outside, inside });
        }
        let handle = Handle {
            workers: Arc::new(mailboxes),
            activity,
            budget: Budget::sensible(),
        };
        let mut threads = Vec::new();
        for (number, (to_self, inside, outside)) in receivers.into_iter().enumerate() {
            let (shared, handle) = (shared.clone(), handle.clone());
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()?;
            let (started, ready) = std::sync::mpsc::channel();
            threads.push(
                thread::Builder::new()
                    .name(format!("dotdo-{number}"))
                    .spawn(move || {
                        LocalSet::new().block_on(&runtime, async move {
                            match Worker::new(shared, handle, number, to_self) {
                                Ok(worker) => {
                                    let _ = started.send(Ok(()));
                                    worker.run(inside, outside).await;
                                }
                                Err(error) => {
                                    let _ = started.send(Err(error));
                                }
                            }
                        });
                    })?,
            );
            ready
                .recv()
                .map_err(|_| Error::internal("a thread ended before it began"))??;
        }
        let embedded = Embedded {
            app,
            handle,
            threads,
            clock: self.clock,
            shared,
            lock: Some(lock),
        };
        // The default tenant keeps the schedules, so it is there from the start.
        let key = ObjectKey::tenant(app.domain());
        embedded.handle.tell(
            &key,
            Mail::Wake(key.clone(), embedded.handle.activity.begin()),
        );
        Ok(embedded)
    }
}

/// A business that runs inside this process.
pub struct Embedded {
    app: &'static App,
    handle: Handle,
    threads: Vec<thread::JoinHandle<()>>,
    clock: Clock,
    shared: Arc<Shared>,
    lock: Option<File>,
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Embedded({})", self.app.def.name)
    }
}

impl Embedded {
    /// A business in a directory.
    pub fn of(app: &'static AppDef, data: impl AsRef<Path>) -> EmbeddedBuilder {
        EmbeddedBuilder {
            app,
            data: data.as_ref().to_owned(),
            durability: Durability::default(),
            clock: Clock::system(),
            threads: thread::available_parallelism().map_or(1, usize::from),
            step_threads: 4,
            max_open: None,
            idle: Duration::from_secs(10),
        }
    }

    /// The business.
    pub fn app(&self) -> &'static App {
        self.app
    }

    /// Reaches its objects.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(super) fn listeners(&self) -> Arc<Listeners> {
        self.shared.listeners.clone()
    }

    /// Performs a call or a question in the default tenant and waits for its answer.
    pub async fn run<E: Effect>(&self, effect: E) -> Result<E::Output> {
        self.run_in(&self.app.domain(), effect).await
    }

    /// Performs a call or a question in a tenant and waits for its answer. A call with a key takes effect once.
    pub async fn run_in<E: Effect>(&self, tenant: &str, effect: E) -> Result<E::Output> {
        let (to, request) = request_of(self.app, tenant, effect, || self.new_id())?;
        ask(&self.handle, to, request).await?.read()
    }

    /// A new id, sortable by time.
    pub fn new_id(&self) -> String {
        new_id(&self.clock)
    }

    /// A source of new ids.
    pub fn ids(&self) -> Box<dyn Fn() -> String + Send + Sync> {
        let clock = self.clock.clone();
        Box::new(move || new_id(&clock))
    }

    /// Waits until nothing is under way: no turn, no step, no message. Sleeping flows and retries that are not yet
    /// due do not count.
    pub async fn settled(&self) {
        self.handle.activity.quiet().await;
    }

    /// Moves a manual clock and waits until what became due is done.
    pub async fn advance(&self, by: Duration) {
        self.settled().await;
        self.advance_now(by).await;
    }

    /// [`advance`](Self::advance) while something is under way, such as a step that is to run out of time.
    pub async fn advance_now(&self, by: Duration) {
        self.clock.advance(by);
        for worker in self.handle.workers.iter() {
            let _ = worker.inside.send(Mail::Tick(self.handle.activity.begin()));
        }
        self.settled().await;
    }

    /// The last failure of the storage, if one has occurred: the disk is full or broken. What could not be stored is
    /// tried again, so this may have passed.
    pub fn storage_trouble(&self) -> Option<Error> {
        self.shared.safekeeping.trouble()
    }

    /// The number of objects that are to be woken some time.
    pub fn alarms(&self) -> Result<u64> {
        self.shared.alarms().count()
    }

    /// Ends: requests that have been accepted are answered, objects are put to sleep, the directory is released.
    pub async fn shutdown(mut self) {
        for worker in self.handle.workers.iter() {
            let (done, ended) = oneshot::channel();
            if worker.inside.send(Mail::Stop(done)).is_ok() {
                let _ = ended.await;
            }
        }
        self.join();
        if let Some(log) = &self.shared.log {
            log.close();
        }
        self.lock = None;
    }

    /// Ends as a crash of the process would: nothing is finished, nothing is written any more. For tests.
    pub fn crash(mut self) {
        for worker in self.handle.workers.iter() {
            let _ = worker.inside.send(Mail::Crash);
        }
        self.join();
        self.end();
    }

    fn join(&mut self) {
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }

    /// Releases the directory.
    fn end(&mut self) {
        if let Some(log) = &self.shared.log {
            log.end();
        }
        self.lock = None;
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        for worker in self.handle.workers.iter() {
            let _ = worker.inside.send(Mail::Crash);
        }
        self.join();
        self.end();
    }
}

fn new_id(clock: &Clock) -> String {
    let millis = u64::try_from(clock.micros() / 1000).unwrap_or(0);
    dotdo_core::identity::sortable_id(millis, random())
}

/// Makes the directory if need be, and takes it for this process alone.
pub(super) fn lock(folder: &Path) -> Result<File> {
    let cannot = |e: &dyn std::fmt::Display| {
        Error::new(
            ErrorKind::Storage,
            format_args!(
                "the data directory {} cannot be used: {e}",
                folder.display()
            ),
        )
    };
    std::fs::create_dir_all(folder).map_err(|e| cannot(&e))?;
    let path = folder.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| cannot(&e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::new(
            ErrorKind::Storage,
            format_args!(
                "the data directory {} is in use by another process; stop that one, or choose another with --data",
                folder.display()
            ),
        )),
        Err(std::fs::TryLockError::Error(e)) => Err(cannot(&e)),
    }
}
