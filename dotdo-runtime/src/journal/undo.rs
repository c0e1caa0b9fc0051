//! How a step is undone: written down with the step's result, so that it can be done whatever happens to the code.

use serde::{Deserialize, Serialize};

use crate::effect::{Deed, Options};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::stub::Op;

/// Makes the effect that undoes something out of its result.
#[doc(hidden)]
pub type Undoer = Box<dyn FnOnce(&Json) -> Result<(Deed, Options)>>;

/// The effect that undoes a step, as it is kept in the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Undo {
    /// The step or flow that is run, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args: Option<Json>,
    /// The call that is made instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ops: Vec<Op>,
    #[serde(default)]
    pub options: Options,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

impl Undo {
    const KEY: &str = "undo ";

    /// The key in the journal under which the entry with a key is undone.
    pub fn key(of: &str) -> String {
        format!("{}{of}", Self::KEY)
    }

    /// The key of what is undone under a key.
    pub fn of_key(key: &str) -> Option<&str> {
        key.strip_prefix(Self::KEY)
    }

    /// Whether this is the key of an undoing.
    pub fn is_key(key: &str) -> bool {
        key.starts_with(Self::KEY)
    }

    /// What the code wants done to undo something with this result. The code may panic or fail.
    pub fn of(undoer: Undoer, result: Json) -> Self {
        let made = crate::effect::guarded(|| undoer(&result)).and_then(|made| made);
        let mut undo = Self {
            name: None,
            args: None,
            ops: Vec::new(),
            options: Options::default(),
            error: None,
        };
        let (deed, options) = match made {
            Ok(made) => made,
            Err(error) => {
                undo.error = Some(error);
                return undo;
            }
        };
        undo.options = options;
        let (name, args) = match deed {
            Deed::Step(def, args) => (def.name.to_owned(), args),
            Deed::Flow(def, args) => (def.name.to_owned(), args),
            Deed::Named(name, args) => (name, args),
            Deed::Call(ops) => {
                undo.ops = ops;
                return undo;
            }
            Deed::Find(_) | Deed::Count(_) | Deed::Ask(_) => {
                undo.error = Some(Error::permanent(
                    "a question undoes nothing; `.undo(..)` wants a step, a flow or a call",
                ));
                return undo;
            }
        };
        match args {
            Ok(args) => (undo.name, undo.args) = (Some(name), Some(args)),
            Err(error) => undo.error = Some(error),
        }
        undo
    }

    /// The effect.
    pub fn deed(self) -> Result<Deed> {
        match (self.error, self.name, self.args) {
            (Some(error), ..) => Err(error),
            (None, Some(name), Some(args)) => Ok(Deed::Named(name, Ok(args))),
            _ => Ok(Deed::Call(self.ops)),
        }
    }
}
