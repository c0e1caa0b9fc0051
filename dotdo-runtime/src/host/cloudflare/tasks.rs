//! The futures of an instance: the user's steps, what is on its way to other objects, requests at the door. They are
//! polled when the host has brought what they wait for.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use crate::maps::Few;

/// What a task gives when it is done.
pub(super) type Task<T> = Pin<Box<dyn Future<Output = T>>>;

/// Tasks that can go on.
#[derive(Default)]
struct Ready(Mutex<Vec<u64>>);

impl Ready {
    fn add(&self, task: u64) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(task);
    }
    fn take(&self) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

struct WakeTask(Arc<Ready>, u64);

impl Wake for WakeTask {
    fn wake(self: Arc<Self>) {
        self.0.add(self.1);
    }
}

/// The tasks of an instance.
pub(super) struct Tasks<T> {
    running: Few<u64, (String, Task<T>)>,
    ready: Arc<Ready>,
    next: u64,
}

impl<T> Tasks<T> {
    pub fn new() -> Self {
        Self {
            running: Few::new(),
            ready: Arc::default(),
            next: 0,
        }
    }

    /// Takes on a task under a name.
    pub fn add(&mut self, name: String, task: Task<T>) {
        let number = self.next;
        self.next += 1;
        self.running.insert(number, (name, task));
        self.ready.add(number);
    }

    /// Drops the tasks of a name.
    pub fn cancel(&mut self, name: &str) {
        self.running.retain(|(own, _)| own != name);
    }

    /// Drops all tasks.
    pub fn clear(&mut self) {
        self.running = Few::new();
    }

    /// Lets tasks go on until one is done, and gives what it gave. None if no task can go on.
    pub fn poll(&mut self) -> Option<T> {
        loop {
            let number = self.ready.take()?;
            let Some((_, task)) = self.running.get_mut(&number) else {
                continue;
            };
            let waker = Waker::from(Arc::new(WakeTask(self.ready.clone(), number)));
            if let Poll::Ready(value) = task.as_mut().poll(&mut Context::from_waker(&waker)) {
                self.running.remove(&number);
                return Some(value);
            }
        }
    }
}
