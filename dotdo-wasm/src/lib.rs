//! The border between a business in WebAssembly and the JavaScript that hosts it.
//!
//! What crosses it are bytes; what they mean is the runtime's matter. There is no wasm-bindgen and nothing global to
//! the isolate: every Durable Object has an instance of its own, and what becomes of one does not touch another.
//!
//! | the host offers (import module `dotdo`) | |
//! | --- | --- |
//! | `sql(at, len) -> len` | performs a statement, or adds rows; the reply is fetched with `take`, and `-1 - n` says that `n` rows were changed and that there is none |
//! | `transaction() -> len` | calls `dotdo_body` inside a transaction; a reply only if it could not be kept or undone |
//! | `variable(at, len) -> len` | a variable or secret; the reply is empty if there is none |
//! | `take(at)` | copies the last reply to `at` |
//! | `send(at, len)` | takes a message |
//! | `now() -> f64` | microseconds since 1970 |
//! | `random(at, len)` | fills with random bytes |
//!
//! | the instance offers | |
//! | --- | --- |
//! | `main(argc, argv) -> i32` | the program's own `main`, called once, first |
//! | `dotdo_alloc(len) -> at` | where the next message is to be written, which is no longer than that |
//! | `dotdo_enter(len)` | takes the message, which is so long |
//! | `dotdo_body() -> i32` | the body of the innermost transaction: 1 if it is to be kept |

#[cfg(target_arch = "wasm32")]
mod abi;

#[cfg(target_arch = "wasm32")]
pub use abi::{now, random, receive, send, sql, transaction, variable};

/// What the host says to a statement.
#[derive(Debug)]
pub enum Said {
    /// Nothing but how many rows it changed.
    Changed(usize),
    /// A reply.
    Reply(Vec<u8>),
}
