//! The journal of a flow: what it ran is remembered under the function's name and occurrence, so that after a crash
//! the flow goes on where it was.
//!
//! A flow is a future that only this module polls. It never reaches the outside by itself: each `cx.run(..)` leaves a
//! command here, the object writes it down as an [`Action`](crate::store::actions::Action) before anything
//! happens, and hands the result back when there is one. Replaying is the same thing with all results at hand.
//!
//! A key is the name of what is asked for and how often that name has occurred in its *scope*: `charge#0`, `charge#1`.
//! A branch of `cx.all` or `cx.race` is a scope of its own, `all#0.1/charge#0`, so that which branch is faster never
//! changes a key.

mod command;
mod record;
#[cfg(not(target_arch = "wasm32"))]
mod rehearse;
mod run;
mod stray;
mod together;
mod undo;
mod wait;

pub(crate) use command::{Act, Command, op_name};
pub(crate) use record::{
    Begun, begin, by_hand, close, is_final, perform, settle, start, timed_out,
};
#[cfg(not(target_arch = "wasm32"))]
pub use rehearse::Recorded;
pub(crate) use run::given_up;
pub use run::{Journaled, Run, runs_in_memory};
pub(crate) use stray::Stray;
pub use together::{Arm, Arms, Branch, OneOf2, OneOf3, OneOf4, Together};
pub(crate) use undo::Undo;
pub use undo::Undoer;
pub(crate) use wait::{Expected, TIMED_OUT, Wanted};
pub use wait::{WaitFor, WaitWithin, Waited};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How much is promised of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Durability {
    /// `cx.run`: journaled, retried, survives crashes.
    #[serde(rename = "do")]
    Run,
    /// `cx.attempt`: journaled, tried once.
    #[serde(rename = "try")]
    Attempt,
    /// `cx.send`: accepted with the commit, not awaited.
    #[serde(rename = "send")]
    Send,
}

impl Durability {
    /// The word it is stored as, which is the seed's.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Run => "do",
            Self::Attempt => "try",
            Self::Send => "send",
        }
    }
    pub(crate) fn of(word: &str) -> Result<Self> {
        match word {
            "do" => Ok(Self::Run),
            "try" => Ok(Self::Attempt),
            "send" => Ok(Self::Send),
            other => Err(Error::internal(format_args!("`{other}` is no durability"))),
        }
    }
}
