//! What a step that tells people is told.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::json::Json;
use crate::value::{Member, Shape, Value};

/// Why somebody is told of an ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Occasion {
    /// It was asked.
    Asked,
    /// It has waited for a while.
    Reminder,
    /// It has waited for so long that somebody else is asked now.
    Escalation,
    /// Somebody handed it on.
    Delegation,
}

/// What a step that tells people is told: that somebody is asked something, by [`Ask::notify`](super::Ask::notify).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The id of the ask, by which it is answered: `POST /$asks/{id}/answer`.
    pub ask: String,
    /// Why this is told.
    pub occasion: Occasion,
    /// The question.
    pub question: String,
    /// Whoever has this role may answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Who is asked by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Json>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
}

const fn member(name: &'static str, shape: Shape, optional: bool, doc: &'static str) -> Member {
    Member {
        name,
        shape,
        optional,
        doc,
    }
}

#[diagnostic::do_not_recommend]
impl Value for Notice {
    const SHAPE: Shape = Shape::Record(
        "Notice",
        &[
            member("ask", Shape::Text, false, "The id of the ask."),
            member(
                "occasion",
                Shape::Choice(&["Asked", "Reminder", "Escalation", "Delegation"], &[]),
                false,
                "Why this is told.",
            ),
            member("question", Shape::Text, false, "The question."),
            member(
                "role",
                Shape::Optional(&Shape::Text),
                true,
                "Whoever has this role may answer.",
            ),
            member(
                "user",
                Shape::Optional(&Shape::Text),
                true,
                "Who is asked by name.",
            ),
            member("about", Shape::Any, true, "What it is about."),
            member(
                "due",
                Shape::Optional(&Shape::Timestamp),
                true,
                "Until when.",
            ),
        ],
    );
    type Next = ();
}
