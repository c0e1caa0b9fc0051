//! What the behaviour tests share: a business on data of its own, with a clock that only the test moves.
//!
//! A test of behaviour is written once and runs on every host. Each file of tests is a program that runs on the embedded
//! host; the program `on_sim` has the same files once more and runs on the simulated one, and `on_workerd` on Cloudflare's
//! engine. There the businesses are a program of their own, which has the files, too, but not the tests in them.

#![allow(dead_code, reason = "each test file uses a part of it")]

#[cfg(not(target_arch = "wasm32"))]
mod key;
mod log;

#[cfg(not(target_arch = "wasm32"))]
mod business;
#[cfg(not(target_arch = "wasm32"))]
mod remote;
#[cfg(not(target_arch = "wasm32"))]
mod test;
#[cfg(target_arch = "wasm32")]
mod within;

use chrono::{DateTime, Utc};

#[allow(unused_imports, reason = "each test file uses a part of it")]
pub use log::Log;
#[cfg(target_arch = "wasm32")]
#[allow(unused_imports, reason = "each test file uses a part of it")]
pub use within::{Business, Reach, Test, breathe};
#[cfg(not(target_arch = "wasm32"))]
#[allow(unused_imports, reason = "each test file uses a part of it")]
pub use {
    business::{Business, Reach},
    test::{SIMULATED, Test, breathe},
};

/// Monday, 2 November 2026, noon UTC.
pub fn noon() -> DateTime<Utc> {
    "2026-11-02T12:00:00Z".parse().expect("a time")
}

pub mod serde_json_value {
    /// Anything that can be read from JSON.
    pub trait FromJson: serde::de::DeserializeOwned {}
    impl<T: serde::de::DeserializeOwned> FromJson for T {}
}
