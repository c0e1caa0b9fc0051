//! An ask once its types are gone: what a flow leaves, and what the journal keeps of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::form::FormDef;
use crate::json::Json;

/// What a flow asks, as the effect carries it.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct AskSpec {
    pub(crate) form: &'static FormDef,
    pub(crate) stored: Stored,
    /// What was wrong with it, told to the flow when it is run.
    pub(crate) error: Option<Error>,
}

/// What the journal keeps of it: the input of the action.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stored {
    pub question: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    pub form: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind: Option<Duration>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalate: Vec<Escalation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<Notify>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed: bool,
}

/// Who is asked next, and how long after the question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Escalation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    pub after: Duration,
}

/// The step that tells people, and the name of its argument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Notify {
    pub step: String,
    pub argument: String,
}

impl AskSpec {
    /// What is kept of it, if it can be asked at all.
    pub(crate) fn checked(&self) -> Result<&Stored> {
        match &self.error {
            Some(error) => Err(error.clone()),
            None => Ok(&self.stored),
        }
    }
}
