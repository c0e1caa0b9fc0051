//! Random businesses under random faults, and what must hold of them.
//!
//! A seed decides everything: the programs that the flows run, what the clients ask, what goes wrong and when. The
//! programs are data that a few generic nouns and flows interpret, so nothing is generated and compiled.
//!
//! | | |
//! | --- | --- |
//! | [`business`] | the nouns, flows and schedules |
//! | [`program`] | programs as data, and how they are made up |
//! | [`outside`] | the world outside, which outlives crashes and tells repetitions by their key |
//! | [`client`] | who asks, and the history of what was asked and answered |
//! | [`linear`] | the checker of histories: is there one order that explains all answers? |
//! | [`invariants`] | what must hold when everything has come to rest |
//! | [`run`] | one seed from beginning to end |

pub mod business;
pub mod client;
pub mod invariants;
pub mod linear;
pub mod outside;
pub mod program;
pub mod run;
