//! The behaviour tests once more, on Cloudflare's own engine. The businesses run in workerd (`workerd-tests/src/suite.rs`),
//! the tests here, and reach their objects one by one.

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
