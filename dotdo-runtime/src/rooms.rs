//! The rooms that a program may do without; each is a feature of `dotdo`.
//!
//! All of the runtime is always compiled, and checked by the compiler. Where it steps from the part that every program
//! has into a room, the step depends on one of these constants; in a program without the room nothing steps into it, and
//! the linker leaves it out.

use crate::error::Error;
use crate::stub::Op;

/// Flows and steps: handlers, schedules, waiting, undoing, what is sent.
pub(crate) const FLOWS: bool = cfg!(feature = "flows");
/// Questions to people, and their inbox.
pub(crate) const PEOPLE: bool = cfg!(feature = "people");
/// The business described: `OpenAPI`, JSON Schemas, the manifest.
pub(crate) const DESCRIBE: bool = cfg!(feature = "describe");

/// The feature that an operation needs and this program lacks.
pub(crate) fn lacked_by(op: &Op) -> Option<&'static str> {
    match op {
        Op::Run { .. }
        | Op::Deliver { .. }
        | Op::Flow { .. }
        | Op::Watch { .. }
        | Op::Unwatch { .. }
        | Op::Happened { .. } => (!FLOWS).then_some("flows"),
        Op::Ask { .. } | Op::Asks(_) | Op::Asked { .. } => (!PEOPLE).then_some("people"),
        _ => None,
    }
}

/// What is said of something that this program lacks.
pub(crate) fn lacking(feature: &str) -> Error {
    Error::not_found(format_args!(
        "this program has no such thing: it was built without the feature `{feature}` of dotdo"
    ))
}
