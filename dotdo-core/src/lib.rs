//! The vocabulary that the macros and the runtime of dotdo share.
//!
//! Everything here is a pure function of its input: no I/O, no clock, no random source. The macro that checks
//! `#[every("Monday 9am")]` while a program compiles and the runtime that fires it years later call the same
//! parser, so the two cannot drift apart.
//!
//! The macros take it without its feature `runtime`: what computes with dates and zones and what writes JSON is left
//! out then, and with it every dependency.

pub mod breaker;
pub mod duration;
#[cfg(feature = "runtime")]
pub mod identity;
pub mod instant;
pub mod lock;
#[cfg(feature = "runtime")]
pub mod manifest;
pub mod migration;
pub mod names;
pub mod order;
pub mod schedule;
pub mod shape;
pub mod table;

mod suggest;

pub use suggest::nearest;
