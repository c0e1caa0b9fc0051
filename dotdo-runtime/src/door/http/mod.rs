//! The HTTP door: a business as REST resources with JSON bodies.
//!
//! A request passes these rooms in this order, and each can refuse it with a `problem` document:
//! `limits`, the access token (`access`), the tenant (`place`), the `route`, the method, the parameters
//! (`params`) and the body. Only then is an object asked (`things`, `calls`, `logs`), and what it answers is
//! put in its outer form (`envelope`) without what is secret (`secrets`).

mod access;
mod args;
#[cfg_attr(
    not(feature = "people"),
    allow(dead_code, reason = "nobody enters this room then")
)]
mod asks;
mod calls;
mod describe;
mod door;
mod envelope;
#[cfg(test)]
mod fixture;
#[cfg_attr(
    not(feature = "flows"),
    allow(dead_code, reason = "nobody enters this room then")
)]
mod flows;
mod limits;
mod list;
mod live;
mod logs;
mod message;
mod openapi;
mod openapi_people;
mod operation;
mod params;
mod place;
mod preconditions;
mod problem;
mod route;
mod schema;
mod secrets;
mod text;
mod things;
mod typed;
mod visit;

pub use door::{Door, Visitor};
pub use limits::Limits;
pub use live::{Batch, Feed, PROTOCOL, Reply};
#[cfg(test)]
pub(crate) use message::FIELDS;
pub use message::{HttpRequest, HttpResponse};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use text::encode;
