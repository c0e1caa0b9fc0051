//! What needs the user's word, and what to write.

use std::fmt;

/// Why a change needs the user's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// A noun is gone, and its table would go with all rows.
    RemovedTable,
    /// A field is gone, and its column would go with all values.
    RemovedColumn,
    /// A field has another type.
    Retyped,
    /// A field was optional and is not, and rows without a value have none to get.
    Required,
    /// A new field has no value for the rows that exist.
    NoValue,
    /// A value that rows may have is no longer allowed.
    RemovedChoice,
}

/// A change that does not happen by itself. Displayed, it says what changed and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub kind: RefusalKind,
    /// The noun.
    pub noun: String,
    /// Its table.
    pub table: String,
    /// The column; `None` when it is the table.
    pub column: Option<String>,
    /// What changed, from what to what.
    pub what: String,
    /// What to write.
    pub help: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhelp: {}", self.what, self.help)
    }
}
