//! The world outside: it outlives every crash, and notes what it was asked to do under which key.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::task::Poll;

use dotdo::{Error, Result, StepKey};

#[derive(Default)]
struct World {
    /// What was done, under which keys.
    done: BTreeMap<String, BTreeSet<String>>,
    attempts: BTreeMap<String, u32>,
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::default();
}

/// A new world.
pub fn reset() {
    WORLD.set(World::default());
}

/// What was done, and under which keys.
pub fn done() -> BTreeMap<String, BTreeSet<String>> {
    WORLD.with_borrow(|world| world.done.clone())
}

/// Does something, after failing so often. It takes a while, so that a crash can come between.
pub async fn perform(label: &str, fails: u32) -> Result<u64> {
    pause().await;
    let key = StepKey::current().to_string();
    let done = WORLD.with_borrow_mut(|world| {
        let attempts = world.attempts.entry(key.clone()).or_default();
        *attempts += 1;
        if *attempts <= fails {
            return Err(Error::from(std::io::Error::other("the line is busy")));
        }
        let keys = world.done.entry(label.to_owned()).or_default();
        keys.insert(key);
        Ok(keys.len() as u64)
    });
    pause().await;
    done
}

async fn pause() {
    let mut paused = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut paused, true) {
            Poll::Ready(())
        } else {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
}
