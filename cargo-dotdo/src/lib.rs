//! Builds a dotdo business for Cloudflare, and runs it on workerd, Cloudflare's own engine, on this machine.
//!
//! The program is used as it is: it is compiled for WebAssembly, and asked natively which Durable Object classes it is.
//! [`Project::build`] writes the bundle and keeps `wrangler.jsonc` current, [`Project::check`] says whether it is, and
//! [`Project::dev`] serves. An error is a text for people: what, where, and what would be right.

mod bundle;
mod config;
mod project;
mod size;
mod tools;

pub use project::{Project, Select, install};
pub use size::Size;

/// What went wrong, for people.
pub type Result<T> = std::result::Result<T, String>;
