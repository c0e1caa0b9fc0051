//! How much memory what is under way may take: requests that wait, bodies that are read. What finds no room is told to come
//! again, so that no crowd of clients makes the process end for want of memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::room;
use crate::error::{Error, ErrorKind, Result};
use crate::object::{Answer, Output, Request};
use crate::stub::Op;

/// One part in so many of the memory may be requests that wait, and as much bodies that are read.
const SHARE_OF_MEMORY: usize = 32;
/// Where nothing is known of the memory.
const UNKNOWN: usize = 64 << 20;
/// So much there is on the smallest of machines.
const LEAST: usize = 16 << 20;
/// What a request or an output takes besides the texts that it brings.
const BASE: usize = 512;

/// Bytes that may be taken up at once. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Budget(Arc<Bytes>);

#[derive(Debug)]
struct Bytes {
    all: usize,
    taken: AtomicUsize,
}

/// Bytes that are taken up for as long as this lives.
#[derive(Debug)]
pub(super) struct Taken(Budget, usize);

impl Budget {
    /// So many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Bytes {
            all: bytes,
            taken: AtomicUsize::new(0),
        }))
    }

    /// What this machine can well spare.
    pub fn sensible() -> Self {
        Self::new(room::memory().map_or(UNKNOWN, |all| (all / SHARE_OF_MEMORY).max(LEAST)))
    }

    /// Takes so many bytes if there is room for them. What is larger than all of it has room if nothing else is there.
    pub fn take(&self, bytes: usize) -> Result<Taken> {
        let took = self
            .0
            .taken
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
                let then = taken.saturating_add(bytes);
                (taken == 0 || then <= self.0.all).then_some(then)
            });
        match took {
            Ok(before) => Ok(Taken(self.clone(), before.saturating_add(bytes) - before)),
            Err(_) => Err(too_much()),
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.0.taken.fetch_sub(self.1, Ordering::Relaxed);
    }
}

/// What somebody is told for whom there is no room.
pub(super) fn too_much() -> Error {
    Error::new(
        ErrorKind::Overloaded,
        "too many requests are waiting; try again in a moment",
    )
}

/// About how many bytes a request takes up.
pub(super) fn of_request(request: &Request) -> usize {
    request.ops.iter().map(of_op).sum::<usize>() + BASE
}

fn of_op(op: &Op) -> usize {
    BASE + match op {
        Op::Call { args, .. } | Op::Run { args, .. } => args.text().len(),
        Op::Create { data, .. } => data.text().len(),
        Op::Update { patch, .. } => patch.text().len(),
        Op::Deliver { event, .. } => event.text().len(),
        _ => 0,
    }
}

/// About how many bytes something takes up that is held back.
pub(super) fn of_output(output: &Output) -> usize {
    BASE + match output {
        Output::Answer(_, Ok(Answer::Done(value))) => value.text().len(),
        Output::Answer(_, Ok(Answer::Onward { ops, .. })) => ops.iter().map(of_op).sum(),
        Output::Message { request, .. } => of_request(request),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{BASE, Budget, of_request};
    use crate::error::ErrorKind;
    use crate::json::Json;
    use crate::object::Request;
    use crate::stub::Op;

    #[test]
    fn what_finds_no_room_is_told_to_come_again() {
        let budget = Budget::new(100);
        let (first, second) = (budget.take(60).unwrap(), budget.take(40).unwrap());
        let error = budget.take(1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overloaded);
        drop(first);
        let third = budget.take(60).unwrap();
        assert!(budget.take(1).is_err());
        drop((second, third));

        // However large it is, it has its turn.
        let large = budget.take(usize::MAX).unwrap();
        assert!(budget.take(1).is_err());
        drop(large);
        assert!(budget.take(100).is_ok());
    }

    #[test]
    fn a_request_counts_what_it_brings() {
        let of = |length: usize| {
            let op = Op::Create {
                noun: "Order".to_owned(),
                id: None,
                data: Json::of(&"x".repeat(length)).unwrap(),
                visibility: None,
            };
            of_request(&Request::new("me", op))
        };
        assert_eq!(of(5000) - of(0), 5000);
        assert!(of(0) >= 2 * BASE);
    }
}
