//! The output gate: what a turn caused leaves only after its writes are safe, and turns that finish together share
//! the waiting.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use crate::error::{Error, ErrorKind, Result};

/// From this many files on, one sync of the whole file system is cheaper than one for each.
const MANY: usize = 6;

/// A thread that syncs. One batch is under way at a time; what finishes meanwhile is the next batch.
pub(super) struct Gate {
    batches: Option<mpsc::Sender<(u64, Vec<Arc<File>>)>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Gate {
    /// `done` is called with the number of each batch that is safe.
    pub fn new(name: &str, done: impl Fn(u64, Result<()>) + Send + 'static) -> Result<Self> {
        let (batches, inbox) = mpsc::channel::<(u64, Vec<Arc<File>>)>();
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                for (number, files) in inbox {
                    done(number, sync(&files));
                }
            })?;
        Ok(Self {
            batches: Some(batches),
            thread: Some(thread),
        })
    }

    pub fn sync(&self, number: u64, files: Vec<Arc<File>>) {
        if let Some(batches) = &self.batches {
            // The thread outlives the sender, so this cannot fail.
            let _ = batches.send((number, files));
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.batches = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub(super) fn sync(files: &[Arc<File>]) -> Result<()> {
    #[cfg(target_os = "linux")]
    if let (Some(file), true) = (files.first(), files.len() >= MANY) {
        return rustix::fs::syncfs(file).map_err(|e| failed(&e));
    }
    files
        .iter()
        .try_for_each(|file| file.sync_data().map_err(|e| failed(&e)))
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::Storage,
        format_args!("the disk did not take what was written: {error}"),
    )
}
