//! Counts what is under way, so that one can wait until nothing is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::load::Taken;

#[derive(Clone, Default)]
pub(super) struct Activity(Arc<Inner>);

#[derive(Default)]
struct Inner {
    count: AtomicUsize,
    quiet: Notify,
}

/// Something that is under way for as long as this lives.
pub(super) struct Guard {
    activity: Activity,
    #[allow(dead_code, reason = "it counts for as long as it lives")]
    taken: Option<Taken>,
}

impl Activity {
    pub fn begin(&self) -> Guard {
        self.begin_with(None)
    }

    /// The same, for something that takes up memory.
    pub fn begin_with(&self, taken: Option<Taken>) -> Guard {
        self.0.count.fetch_add(1, Ordering::SeqCst);
        Guard {
            activity: self.clone(),
            taken,
        }
    }

    /// Waits until nothing is under way.
    pub async fn quiet(&self) {
        loop {
            let quiet = self.0.quiet.notified();
            if self.0.count.load(Ordering::SeqCst) == 0 {
                return;
            }
            quiet.await;
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.activity.0.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.activity.0.quiet.notify_waiters();
        }
    }
}
