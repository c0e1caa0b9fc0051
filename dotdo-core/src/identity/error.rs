//! Why a text is not an id.

use std::fmt;

/// Why a text is not an id, a noun, a tenant or a URL: what is wrong, where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdError {
    /// The text.
    pub input: String,
    /// The byte of the text where the mistake begins.
    pub at: usize,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: String,
}

impl IdError {
    pub(super) fn new(
        input: &str,
        at: usize,
        what: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            input: input.into(),
            at,
            what: what.into(),
            help: help.into(),
        }
    }

    /// The error of a part, as one of the whole that the part stands in at byte `start`.
    pub(super) fn within(self, whole: &str, start: usize) -> Self {
        Self {
            input: whole.into(),
            at: start + self.at,
            ..self
        }
    }
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An overlong text would hide the message it is part of.
        let mut shown: String = self.input.chars().take(120).collect();
        if shown.len() < self.input.len() {
            shown.push('…');
        }
        write!(
            f,
            "{} in `{shown}` at byte {}; {}",
            self.what, self.at, self.help
        )
    }
}

impl std::error::Error for IdError {}
