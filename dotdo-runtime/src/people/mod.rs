//! People in flows: a flow asks somebody, and waits for the answer as it waits for anything else.
//!
//! What was asked is a row (`$asks`) in the object of the flow, which alone decides what becomes of it. Every change
//! goes to the tenant's object as a message, so that one inbox there lists what all objects ask. The flow sees the
//! journal only: an ask is one more action in it.

mod answer;
mod human;
mod inbox;
mod notice;
mod spec;

pub use answer::{Answer, Signed};
pub use human::{Ask, Human};
pub use inbox::Inbox;
pub use notice::{Notice, Occasion};
#[doc(hidden)]
pub use spec::AskSpec;
pub(crate) use spec::{Escalation, Notify, Stored};

/// A person as a row says it, from whoever acts: `ann` of `Human/ann`, and any other actor as it is.
pub(crate) fn person(actor: &str) -> &str {
    actor.strip_prefix("Human/").unwrap_or(actor)
}

/// The actor that a name stands for: `Human/ann` for `ann`, `Agent/claude` for `Agent/claude`.
pub(crate) fn actor(name: &str) -> String {
    if name.contains('/') {
        name.to_owned()
    } else {
        format!("Human/{name}")
    }
}
