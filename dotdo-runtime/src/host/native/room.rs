//! How many objects may be open at once. What that costs, descriptors of files and memory, is the process's, so the bound
//! is one for all threads.
//!
//! Half of it is shared out evenly among the threads, so that none can be kept from working by the others. The other half
//! goes to whoever needs it: objects are spread over threads by a hash, never quite evenly.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An open object's files: the database, and `SQLite`'s log beside it.
const DESCRIPTORS: usize = 2;
/// An open object's memory, when its pages and its statements are there. `cargo xtask bench load` measures it.
const BYTES: usize = 256 << 10;
/// One part in so many of the memory may be open objects'.
const SHARE_OF_MEMORY: usize = 8;
/// Where nothing is known of descriptors or of memory.
const UNKNOWN: usize = 1024;

/// What is left for all threads.
#[derive(Debug)]
pub(super) struct Room {
    common: AtomicUsize,
    /// What each thread has for itself.
    own: usize,
}

impl Room {
    /// Room for so many objects, at least two for each thread.
    pub fn new(most: usize, threads: usize) -> Self {
        let most = most.max(2 * threads);
        let own = (most / 2 / threads).max(1);
        Self {
            common: AtomicUsize::new(most - own * threads),
            own,
        }
    }

    fn take(&self) -> bool {
        self.common
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_ok()
    }
}

/// The part of one thread.
pub(super) struct Places(Rc<Inner>);

struct Inner {
    room: Arc<Room>,
    open: Cell<usize>,
}

/// The right of one object to be open, for as long as this lives.
pub(super) struct Place(Rc<Inner>);

impl Places {
    pub fn new(room: Arc<Room>) -> Self {
        Self(Rc::new(Inner {
            room,
            open: Cell::new(0),
        }))
    }

    /// A place for one more object, if there is one.
    pub fn take(&self) -> Option<Place> {
        let open = self.0.open.get();
        if open >= self.0.room.own && !self.0.room.take() {
            return None;
        }
        self.0.open.set(open + 1);
        Some(Place(self.0.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let left = self.0.open.get() - 1;
        self.0.open.set(left);
        if left >= self.0.room.own {
            self.0.room.common.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// How many objects this machine can well have open. A quarter of the descriptors, at least 64, is left for connections,
/// for the log and for whatever else the process does.
pub(super) fn sensible() -> usize {
    let of_descriptors = descriptors().map_or(UNKNOWN, |all| {
        all.saturating_sub((all / 4).max(64)) / DESCRIPTORS
    });
    let of_memory = memory().map_or(UNKNOWN, |all| all / SHARE_OF_MEMORY / BYTES);
    of_descriptors.min(of_memory)
}

/// How many descriptors the process may have, once it has asked for as many as it is allowed to.
pub(super) fn descriptors() -> Option<usize> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let before = getrlimit(Resource::Nofile);
        if before.current.is_some() && before.current != before.maximum {
            // Some systems say that there is no limit, and then refuse: what is allowed already has to do.
            let _ = setrlimit(
                Resource::Nofile,
                Rlimit {
                    current: before.maximum,
                    ..before
                },
            );
        }
        let allowed = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        Some(usize::try_from(allowed).unwrap_or(usize::MAX))
    }
    #[cfg(not(unix))]
    None
}

/// The memory that the process may use, in bytes.
pub(super) fn memory() -> Option<usize> {
    #[cfg(target_os = "linux")]
    {
        let machine = std::fs::read_to_string("/proc/meminfo").ok()?;
        let machine = machine
            .lines()
            .find_map(|line| line.strip_prefix("MemTotal:"))
            .and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<usize>().ok())?
            .saturating_mul(1024);
        // A container is allowed less than the machine has.
        let allowed = std::fs::read_to_string("/sys/fs/cgroup/memory.max")
            .ok()
            .and_then(|text| text.trim().parse().ok());
        Some(allowed.map_or(machine, |allowed: usize| allowed.min(machine)))
    }
    #[cfg(not(target_os = "linux"))]
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Places, Room, sensible};

    fn fill(places: &Places) -> Vec<super::Place> {
        std::iter::from_fn(|| places.take()).collect()
    }

    #[test]
    fn half_is_for_each_thread_and_half_for_whoever_needs_it() {
        let room = Arc::new(Room::new(40, 2));
        let (greedy, modest) = (Places::new(room.clone()), Places::new(room));
        let mut taken = fill(&greedy);
        assert_eq!(taken.len(), 30, "its own ten, and all that is common");
        let theirs = fill(&modest);
        assert_eq!(theirs.len(), 10, "what is its own cannot be taken away");
        assert!(greedy.take().is_none() && modest.take().is_none());

        // What the one gives back, the other can have, but for what is its own.
        taken.truncate(25);
        let more = fill(&modest);
        assert_eq!(more.len(), 5);
        drop((taken, theirs, more));
        assert_eq!(fill(&modest).len(), 30);
    }

    #[test]
    fn each_thread_can_work_however_little_room_there_is() {
        let room = Arc::new(Room::new(0, 4));
        let places: Vec<_> = (0..4).map(|_| Places::new(room.clone())).collect();
        let taken: Vec<_> = places.iter().map(fill).collect();
        assert_eq!(taken.iter().map(Vec::len).sum::<usize>(), 8);
        assert!(taken.iter().all(|taken| !taken.is_empty()));
    }

    #[test]
    fn this_machine_has_room() {
        assert!(sensible() >= 16, "{}", sensible());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn as_many_descriptors_as_the_process_is_allowed() {
        use rustix::process::{Resource, getrlimit};
        let all = super::descriptors().unwrap();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
        assert!(2 * sensible() <= all - (all / 4).max(64));
    }
}
