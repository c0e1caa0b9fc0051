//! The commit log: what makes turns of many objects safe with one sync.
//!
//! A turn is done in its object's file, which commits some turns together and is not synced, and its statements are
//! appended here. One thread writes what has come together and syncs it; what the turns caused is released then. Where
//! nothing is synced, who appends writes it, because to hand it to that thread would take longer. When segments are full, a
//! second thread has the files commit what they have, makes them safe, all at once, and the segments are used again.

mod disk;
mod frame;
mod record;
mod recover;
mod segments;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use disk::Folder;
use frame::frame_length;
use record::Batch;
pub(super) use record::{Entry, Template};
pub(super) use recover::Objects;
use recover::recover;
pub(super) use segments::Segments;
use segments::read;

use crate::error::{Error, ErrorKind, Result};
use crate::host::recorder::Texts;

/// How large a segment is.
const SEGMENT: u64 = 16 << 20;
/// So much may wait to be written; then who appends waits first.
const WAITING: usize = 32 << 20;
/// So many segments may be full; then the log waits until objects are safe.
const FULL: usize = 4;
/// What failed is tried again after this.
const RETRY: Duration = Duration::from_secs(1);

/// Hears how far the log is safe, or that what was not is lost.
pub(super) type Listener = Box<dyn Fn(Result<u64>) + Send>;

/// What the log needs of its surroundings.
pub(super) trait Surroundings: Send + Sync + 'static {
    /// Entries with these alarms are safe.
    fn alarms(&self, alarms: Vec<(String, Option<i64>)>);

    /// Makes all files of all objects safe, and the index of alarms.
    fn make_safe(&self) -> Result<()>;

    /// Something failed.
    fn report(&self, error: &Error);
}

/// The log of a business.
pub(super) struct Log {
    inner: Arc<Inner>,
    threads: Mutex<Vec<thread::JoinHandle<()>>>,
}

struct Inner {
    /// Who writes holds this from taking what is to be written until everybody knows what came of it, and waits for the other
    /// locks only meanwhile.
    pen: Mutex<()>,
    /// Whoever writes waits for the disk.
    syncs: bool,
    texts: Arc<Texts>,
    surroundings: Arc<dyn Surroundings>,
    state: Mutex<State>,
    /// There is something to be written, or the end has come.
    work: Condvar,
    /// Something was written, or lost.
    done: Condvar,
    /// Too much waits to be written.
    crowded: AtomicBool,
    segments: Mutex<Segments>,
    retired: Condvar,
}

struct State {
    batch: Batch,
    /// The number of entries so far.
    appended: u64,
    /// Up to here somebody waits.
    wanted: u64,
    synced: u64,
    /// What was appended before this began is lost, if it was not synced.
    epoch: u64,
    stop: bool,
    listeners: Vec<(Listener, u64)>,
}

impl Log {
    /// Starts the threads.
    pub fn start(
        segments: Segments,
        texts: Arc<Texts>,
        surroundings: Arc<dyn Surroundings>,
    ) -> io::Result<Self> {
        let inner = Arc::new(Inner {
            pen: Mutex::default(),
            syncs: segments.syncs(),
            texts,
            surroundings,
            state: Mutex::new(State {
                batch: Batch::default(),
                appended: 0,
                wanted: 0,
                synced: 0,
                epoch: 0,
                stop: false,
                listeners: Vec::new(),
            }),
            work: Condvar::new(),
            done: Condvar::new(),
            crowded: AtomicBool::new(false),
            segments: Mutex::new(segments),
            retired: Condvar::new(),
        });
        let (writing, retiring) = (inner.clone(), inner.clone());
        let threads = vec![
            thread::Builder::new()
                .name("dotdo-log".to_owned())
                .spawn(move || writing.write())?,
            thread::Builder::new()
                .name("dotdo-log-full".to_owned())
                .spawn(move || retiring.retire())?,
        ];
        Ok(Self {
            inner,
            threads: Mutex::new(threads),
        })
    }

    /// The texts that entries refer to.
    pub fn texts(&self) -> &Arc<Texts> {
        &self.inner.texts
    }

    /// Somebody who appends; hears of what is asked for. Gives the number to ask with.
    pub fn listen(&self, listener: Listener) -> usize {
        let mut state = self.inner.state();
        state.listeners.push((listener, 0));
        state.listeners.len() - 1
    }

    /// The epoch that entries are appended in. After a failure the next begins.
    pub fn epoch(&self) -> u64 {
        self.inner.state().epoch
    }

    /// Appends an entry; gives its place. One of an epoch that is over is dropped; who appends hears of that.
    pub fn append(&self, epoch: u64, entry: Entry) -> u64 {
        self.inner.append(epoch, |batch| batch.push(entry))
    }

    /// Appends that an object is gone.
    pub fn append_removed(&self, epoch: u64, key: String) -> u64 {
        self.inner.append(epoch, |batch| batch.push_removed(key))
    }

    /// Writes what was appended, where that can be done at once: without a sync, in a segment that has room, and while nobody
    /// else writes. Says up to where all is written that was appended in this epoch.
    pub fn write_at_once(&self, epoch: u64) -> Option<u64> {
        if self.inner.syncs {
            return None;
        }
        let pen = match self.inner.pen.try_lock() {
            Ok(pen) => pen,
            Err(TryLockError::Poisoned(pen)) => pen.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        self.inner
            .write_waiting(&pen, Some(self.inner.room_at_once()));
        let state = self.inner.state();
        (state.epoch == epoch).then_some(state.synced)
    }

    /// The listener is to hear when all up to here is safe, or lost.
    pub fn ask(&self, listener: usize, epoch: u64, place: u64) {
        let mut state = self.inner.state();
        if epoch != state.epoch {
            return;
        }
        let synced = state.synced;
        let (tell, asked) = &mut state.listeners[listener];
        if place <= synced {
            // It was written with what somebody else waited for.
            tell(Ok(synced));
            return;
        }
        *asked = place;
        state.wanted = state.wanted.max(place);
        self.inner.work.notify_one();
    }

    /// Waits until all up to here is safe, or lost; gives nothing if that takes longer.
    pub fn wait(&self, epoch: u64, place: u64, patience: Duration) -> Option<Result<()>> {
        let mut state = self.inner.state();
        state.wanted = state.wanted.max(place);
        self.inner.work.notify_one();
        let (state, waited) = self
            .inner
            .done
            .wait_timeout_while(state, patience, |state| {
                state.synced < place && state.epoch == epoch && !state.stop
            })
            .unwrap_or_else(PoisonError::into_inner);
        if state.synced >= place && state.epoch == epoch {
            Some(Ok(()))
        } else if waited.timed_out() {
            None
        } else {
            Some(Err(lost("the log was not written")))
        }
    }

    /// Makes safe what was written, where that is not done for each entry.
    pub fn safety(&self) -> impl Fn() -> Result<()> + Send + use<> {
        let inner = Arc::downgrade(&self.inner);
        move || {
            inner.upgrade().map_or(Ok(()), |inner| {
                inner.segments().make_safe().map_err(|e| lost(&e))
            })
        }
    }

    /// Whether so much waits to be written that whoever appends should wait first.
    pub fn is_crowded(&self) -> bool {
        self.inner.crowded.load(Ordering::Relaxed)
    }

    /// Ends, and leaves an empty log if all objects could be made safe. Nobody appends any more.
    pub fn close(&self) {
        self.end();
        let emptied = self.inner.surroundings.make_safe().and_then(|()| {
            let mut segments = self.inner.segments();
            segments.empty().map_err(|e| lost(&e))
        });
        if let Err(error) = emptied {
            // The next start finds it all in the log.
            self.inner.surroundings.report(&error);
        }
    }

    /// Ends as a crash would: what was not written is lost.
    pub fn end(&self) {
        self.inner.state().stop = true;
        self.inner.work.notify_all();
        self.inner.done.notify_all();
        {
            // Whoever looks for the end holds this until it waits.
            let _segments = self.inner.segments();
            self.inner.retired.notify_all();
        }
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            let _ = thread.join();
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.end();
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is changed halfway.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn segments(&self) -> MutexGuard<'_, Segments> {
        self.segments.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append(&self, epoch: u64, push: impl FnOnce(&mut Batch)) -> u64 {
        let mut state = self.state();
        state.appended += 1;
        if epoch == state.epoch {
            push(&mut state.batch);
            let crowded = state.batch.bytes().len() > WAITING;
            self.crowded.store(crowded, Ordering::Relaxed);
        }
        state.appended
    }

    /// The thread that writes.
    fn write(&self) {
        loop {
            let mut state = self.state();
            while !state.stop && (state.wanted <= state.synced || state.batch.is_empty()) {
                state = self
                    .work
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            if state.stop {
                return;
            }
            drop(state);
            let pen = self.pen.lock().unwrap_or_else(PoisonError::into_inner);
            self.write_waiting(&pen, None);
        }
    }

    /// So many bytes can be written without waiting for a disk or for objects. As long as nobody else writes, it stays so.
    fn room_at_once(&self) -> usize {
        let segments = self.segments();
        if segments.full().is_some_and(|(_, count)| count >= FULL) {
            return 0;
        }
        segments.room_at_once()
    }

    /// Writes what waits, where there is a limit if it takes no more bytes than that, and says what came of it to all who asked.
    fn write_waiting(&self, _pen: &MutexGuard<'_, ()>, room: Option<usize>) {
        let mut state = self.state();
        let too_long = |room| frame_length(state.batch.most_bytes(&self.texts)) > room;
        if state.batch.is_empty() || room.is_some_and(too_long) {
            return;
        }
        let mut batch = std::mem::take(&mut state.batch);
        self.crowded.store(false, Ordering::Relaxed);
        let place = state.appended;
        drop(state);

        let done = self.make_room().and_then(|()| {
            let mut segments = self.segments();
            let done = segments.write(&batch, &self.texts).map_err(|e| lost(&e));
            drop(segments);
            self.retired.notify_all();
            done
        });
        if done.is_ok() {
            // Before anybody hears of it: from now on the index of alarms may know it.
            self.surroundings.alarms(std::mem::take(&mut batch.alarms));
        }
        let mut state = self.state();
        match done {
            Ok(()) => state.synced = place,
            Err(ref error) => {
                self.surroundings.report(error);
                // What came meanwhile builds on what is lost.
                state.epoch += 1;
                state.batch = Batch::default();
                self.crowded.store(false, Ordering::Relaxed);
                state.wanted = 0;
                state.synced = state.appended;
            }
        }
        let synced = state.synced;
        for (tell, asked) in &mut state.listeners {
            match &done {
                Err(error) => tell(Err(error.clone())),
                Ok(()) if *asked > 0 => {
                    tell(Ok(synced));
                    if *asked <= synced {
                        *asked = 0;
                    }
                }
                Ok(()) => {}
            }
        }
        drop(state);
        self.done.notify_all();
    }

    /// Waits while too many segments are full.
    fn make_room(&self) -> Result<()> {
        let mut segments = self.segments();
        let mut waited = Duration::ZERO;
        while segments.full().is_some_and(|(_, count)| count >= FULL) {
            if self.state().stop || waited >= RETRY * 10 {
                return Err(lost("the objects could not be made safe"));
            }
            let begun = std::time::Instant::now();
            segments = self
                .retired
                .wait_timeout(segments, RETRY)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            waited += begun.elapsed();
        }
        Ok(())
    }

    /// The thread that makes the objects of full segments safe.
    fn retire(&self) {
        let mut segments = self.segments();
        loop {
            if self.state().stop {
                return;
            }
            let Some((generation, _)) = segments.full() else {
                segments = self
                    .retired
                    .wait(segments)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            drop(segments);
            let safe = self.surroundings.make_safe();
            segments = self.segments();
            match safe {
                Ok(()) => {
                    segments.release(generation);
                    self.retired.notify_all();
                }
                Err(error) => {
                    self.surroundings.report(&error);
                    segments = self
                        .retired
                        .wait_timeout(segments, RETRY)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0;
                }
            }
        }
    }
}

fn lost(why: &(impl std::fmt::Display + ?Sized)) -> Error {
    Error::new(
        ErrorKind::Storage,
        format_args!("the disk did not take what was written: {why}"),
    )
}

#[cfg(test)]
pub(super) use disk::{LogDisk, LogFile};

#[cfg(test)]
impl Log {
    /// A log on a new disk.
    pub fn on(disk: Box<dyn LogDisk>, syncs: bool, surroundings: Arc<dyn Surroundings>) -> Self {
        let found = read(&*disk, Path::new("log")).expect("it is empty");
        let segments = Segments::begin(disk, 1 << 20, syncs, &found).expect("it begins");
        Self::start(segments, Arc::default(), surroundings).expect("its threads start")
    }

    /// How many bytes wait to be written.
    pub fn waiting(&self) -> usize {
        self.inner.state().batch.bytes().len()
    }
}

/// Reads and takes up the log in a directory of data, and leaves an empty one.
///
/// `syncs` says whether whatever is written to it from now on is made safe before anybody hears of it.
pub(super) fn open(
    folder: &Path,
    syncs: bool,
    objects: &dyn Objects,
    safe: impl FnOnce(Vec<(crate::app::ObjectKey, Option<i64>)>) -> Result<()>,
) -> Result<Segments> {
    let path = folder.join("log");
    let cannot =
        |e: io::Error| Error::new(ErrorKind::Storage, format_args!("{}: {e}", path.display()));
    let disk = Folder::new(path.clone()).map_err(cannot)?;
    let found = read(&disk, &path)?;
    let alarms = recover(&found, objects)?;
    if !found.segments().is_empty() {
        safe(alarms.into_iter().collect())?;
    }
    Segments::begin(Box::new(disk), SEGMENT, syncs, &found).map_err(cannot)
}
