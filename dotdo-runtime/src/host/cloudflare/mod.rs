//! The Cloudflare host: each object is a `SQLite`-backed Durable Object with a WebAssembly instance of its own.
//!
//! # The contract with the shim
//!
//! [`SHIM`] is the JavaScript side: an ES module that a bundle's `index.js` imports.
//!
//! ```js
//! import wasm from "./business.wasm";
//! import { business } from "./dotdo.js";
//! const { object, worker } = business(wasm, { "": "Tenant", "Order": "Order" });
//! export const Tenant = object("");
//! export const Order = object("Order");
//! export default worker;
//! ```
//!
//! The second argument gives each object noun (`""` for tenants) the class that is its objects', which is also the
//! name of its binding. A tenant's object has the name of its tenant, an object noun's `tenant/id`.
//!
//! An instance begins with the program's own `main`, which only says which business it is. Then messages go back and
//! forth, each a list of [cells](wire), the first of which is a number that says what it is:
//!
//! | to the instance | cells after the number |
//! | --- | --- |
//! | 1 a request to the object | call, key, request (or null: only wake) |
//! | 2 the alarm went off | call |
//! | 3 a request to the door | call, method, path, query, body, then name and value of each header |
//! | 4 what was asked for is there | ask, then what it is |
//! | 5 what was asked for failed | ask, kind, text |
//! | 6 the last instance stopped | the action whose code it ran (or null), text |
//! | 7 what is new to somebody who listens | call, the feed |
//! | 8 the object that a request is about | as 3; of the headers, those that say where it goes and who may come in |
//! | 9 a request to the door, about this object | call, noun and name (or null: not known) of the object, then as 3 |
//! | 10 an object that a request is about cannot be reached | call, path, kind, text |
//!
//! | from the instance | cells after the number |
//! | --- | --- |
//! | 1 the answer to a call | call, then the answer: JSON; or status, body, name and value of each header; or 101, a feed, noun and name of its object; or the feed as it goes on, whether there is more, and each event; or noun and name of an object, or nothing |
//! | 2 call an object | ask, noun, name, key, request |
//! | 3 fetch | ask, method, URL, body, then name and value of each header |
//! | 4 wake this object | microseconds, or null |
//! | 5 say in the log | level, text |
//! | 6 never mind | ask |
//! | 7 what is being run | the action whose code it is, or null |
//! | 8 there are new events | |
//!
//! The door is open in an instance of its own, and in each object. The first of them says which object a request is about; it is
//! answered there, if it is about one, so that what it asks need not cross any border.
//!
//! A message to the database is a statement's text and its parameters, or what is to be written together: see `later.rs`.
//! The reply is 0, how many rows it changed, how many columns it has, and the cells of its rows; or 1 and what went wrong. Where
//! there are no rows, the number of changed ones is all that crosses.

#[cfg(any(target_arch = "wasm32", test))]
mod ahead;
mod classes;
#[cfg(any(target_arch = "wasm32", test))]
mod database;
#[cfg(any(target_arch = "wasm32", test))]
mod later;
#[cfg(any(target_arch = "wasm32", test))]
mod limits;
#[cfg(any(target_arch = "wasm32", test))]
mod statement;
pub mod wire;

#[cfg(target_arch = "wasm32")]
mod entrance;
#[cfg(target_arch = "wasm32")]
mod inner;
#[cfg(target_arch = "wasm32")]
mod instance;
#[cfg(target_arch = "wasm32")]
mod outside;
#[cfg(target_arch = "wasm32")]
mod slot;
#[cfg(target_arch = "wasm32")]
mod tasks;

#[cfg(target_arch = "wasm32")]
pub(crate) use instance::variable;
#[cfg(target_arch = "wasm32")]
pub use instance::{Exit, main};
#[cfg(target_arch = "wasm32")]
pub(crate) use outside::{doing, fetch};

pub use classes::classes;

/// The JavaScript side, to be put into the bundle as `dotdo.js`.
pub const SHIM: &str = include_str!("shim.js");

#[cfg(test)]
mod tests {
    use super::SHIM;

    /// What both sides know, they know the same of.
    #[test]
    fn the_shim_has_our_limits_and_our_fields() {
        let request = crate::door::Limits::default().body;
        assert!(SHIM.contains(&format!("const MAX_REQUEST = {request};\n")));
        let fields = crate::door::http::FIELDS.map(|name| format!("{name:?}"));
        assert!(SHIM.contains(&format!("const FIELDS = [{}];\n", fields.join(", "))));
        let response = crate::http::MAX_BODY;
        assert!(SHIM.contains(&format!("const MAX_BODY = {response};\n")));
    }
}
