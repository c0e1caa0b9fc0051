//! Where the journal of a flow and its code part, told with both sides named.

use super::Command;
use super::run::Entry;
use crate::error::Error;
use crate::flow::FlowDef;
use crate::store::actions::Action;

/// A journal that the code cannot follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stray {
    /// What the journal holds: ``holds `charge#0` (a step of version 1, gives Receipt { … })``.
    stored: String,
    /// What the code does instead.
    asked: String,
    /// What can be done.
    cure: String,
}

impl Stray {
    /// The code has asked for everything it wanted, and the journal holds more.
    pub(super) fn left_over(key: &str, entry: &Entry, asked: Option<&Command>) -> Self {
        let name = plain(key);
        Self {
            stored: describe(key, entry),
            asked: asked.map_or_else(
                || "the code does not ask for it".to_owned(),
                |command| format!("the code asks for {} instead", describe_command(command)),
            ),
            cure: format!(
                "let runs begun by the earlier version take the earlier way, with `cx.since(..)`, or pass over the entry with `cx.removed::<{name}>()`"
            ),
        }
    }

    /// A step that means something else now.
    pub(super) fn of_version(key: &str, entry: &Entry, command: &Command) -> Option<Self> {
        let version = command.act.version()?;
        (version != entry.version).then(|| Self {
            stored: describe(key, entry),
            asked: format!("the code asks for {}", describe_command(command)),
            cure: "let runs begun by the earlier version call a function that means what it meant, with `cx.since(..)`".to_owned(),
        })
    }

    /// A result that cannot be read any more.
    pub(super) fn of_schema(key: &str, entry: &Entry, command: &Command, error: &Error) -> Self {
        Self {
            stored: describe(key, entry),
            asked: format!(
                "the code asks for {}, which cannot be read from it: {}",
                describe_command(command),
                error.message()
            ),
            cure: "make what is new optional, or let runs begun by the earlier version take the earlier way, with `cx.since(..)`".to_owned(),
        }
    }

    /// The run had ended, and the code goes on.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn goes_on(asked: &[Command]) -> Self {
        Self {
            stored: "the run had ended".to_owned(),
            asked: asked.first().map_or_else(
                || "the code goes on".to_owned(),
                |command| format!("the code asks for {}", describe_command(command)),
            ),
            cure: "let runs begun by the earlier version end as they did, with `cx.since(..)`"
                .to_owned(),
        }
    }

    /// The run was begun by a program that is newer than this one.
    pub(crate) fn newer(action: &Action, def: &FlowDef) -> Self {
        Self {
            stored: format!("it was begun by version {}", action.version),
            asked: format!("this program has version {}", def.version),
            cure: "run it with the newer program".to_owned(),
        }
    }

    /// The function is gone.
    pub(crate) fn report_missing(action: &Action) -> Error {
        Error::permanent(format_args!(
            "the flow `{}` is parked: this program has no function of that name; bring it back, or name its successor with `#[durable(name = \"{}\")]`",
            action.name, action.name
        ))
    }

    /// The whole, for people.
    pub(crate) fn report(&self, action: &Action, def: &FlowDef) -> Error {
        Error::permanent(format_args!(
            "the flow `{}` is parked: its journal, begun by version {}, does not fit the function of version {} at {}:{}; the journal: {}; {}; to go on, {}",
            action.name,
            action.version,
            def.version,
            def.at.0,
            def.at.1,
            self.stored,
            self.asked,
            self.cure
        ))
    }
}

fn plain(key: &str) -> &str {
    let key = key.rsplit_once('/').map_or(key, |(_, key)| key);
    key.rsplit_once('#').map_or(key, |(name, _)| name)
}

fn describe(key: &str, entry: &Entry) -> String {
    let gives = entry
        .schema
        .as_ref()
        .map_or_else(String::new, |schema| format!(", gives {schema}"));
    format!(
        "holds `{key}` (a {} of version {}{gives})",
        entry.kind.word(),
        entry.version
    )
}

fn describe_command(command: &Command) -> String {
    let version = command
        .act
        .version()
        .map_or_else(String::new, |version| format!("version {version}, "));
    let at = command
        .act
        .at()
        .map_or_else(String::new, |(file, line)| format!("{file}:{line}, "));
    let schema = command.schema.as_deref().unwrap_or("nothing");
    format!("`{}` ({version}{at}gives {schema})", command.key)
}
