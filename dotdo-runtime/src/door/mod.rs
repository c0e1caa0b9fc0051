//! The doors: how the outside reaches a business. All of them read the manifest, and none knows a noun.
//!
//! A door turns what arrives into operations ([`Op`](crate::stub::Op)) on objects and answers into what its
//! protocol wants. It runs on any host: it reads no clock, draws no random number and opens no socket. What does
//! not fit is refused here, with what was wrong, where, and what would be right; it never reaches a turn.

pub mod http;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use http::encode;
pub use http::{Batch, Door, Feed, HttpRequest, HttpResponse, Limits, PROTOCOL, Reply, Visitor};
