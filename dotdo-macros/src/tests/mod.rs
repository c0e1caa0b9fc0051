//! The macros as functions: what they give for whole programs, for renamed crates, and for half-typed items.

mod examples;
mod expander;
mod prefixes;
mod snapshots;
