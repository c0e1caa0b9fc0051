//! The behaviour tests once more, on the simulated host. What stands in `door.rs` and `inbox.rs` is about the door, which
//! answers from any thread, and so about the embedded host.

#![allow(missing_docs, reason = "a test's business is explained by the test")]
#![allow(
    clippy::duplicate_mod,
    reason = "each file is a program of its own elsewhere, and brings what the tests share"
)]

#[path = "events.rs"]
mod events;
#[path = "flows.rs"]
mod flows;
#[path = "lock.rs"]
mod lock;
#[path = "migration.rs"]
mod migration;
#[path = "objects.rs"]
mod objects;
#[path = "people.rs"]
mod people;
#[path = "sagas.rs"]
mod sagas;
#[path = "schedules.rs"]
mod schedules;
#[path = "things.rs"]
mod things;
#[path = "together.rs"]
mod together;
#[path = "untyped.rs"]
mod untyped;
#[path = "versions.rs"]
mod versions;
#[path = "waiting.rs"]
mod waiting;
