//! What comes of asking somebody.

use std::ops::Deref;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::value::{Member, Shape, Value};

/// What comes of asking somebody: the form filled in, or nothing in time.
///
/// There is no third way out and no default, so a `match` says what happens when nobody answers.
///
/// ```
/// # use dotdo_runtime::people::Answer;
/// let answer: Answer<bool> = Answer::Given(true);
/// let released = match answer {
///     Answer::Given(yes) => yes,
///     Answer::TimedOut => false,
/// };
/// # assert!(released);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[must_use = "whether somebody answered is the point of asking"]
pub enum Answer<T> {
    /// Somebody filled the form in.
    Given(T),
    /// Nobody did in the time given, or somebody said that it would not be answered any more.
    TimedOut,
}

impl<T> Answer<T> {
    /// What was filled in, if it was.
    pub fn given(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::TimedOut => None,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Value> Value for Answer<T> {
    const SHAPE: Shape = Shape::OneOf(
        "Answer",
        &[
            Member {
                name: "given",
                shape: T::SHAPE,
                optional: false,
                doc: "What was filled in.",
            },
            Member {
                name: "timedOut",
                shape: Shape::Nothing,
                optional: false,
                doc: "Nobody answered in time.",
            },
        ],
    );
    type Next = ();
}

/// A value with the name of who gave it: what [`Ask::signed`](super::Ask::signed) answers.
///
/// It can be used like the value itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signed<T> {
    /// What was filled in.
    pub value: T,
    /// Who did it: `ann@shop.example`.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl<T> Deref for Signed<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

#[diagnostic::do_not_recommend]
impl<T: Value> Value for Signed<T> {
    const SHAPE: Shape = Shape::Record(
        "Signed",
        &[
            Member {
                name: "value",
                shape: T::SHAPE,
                optional: false,
                doc: "What was filled in.",
            },
            Member {
                name: "by",
                shape: Shape::Text,
                optional: false,
                doc: "Who did it.",
            },
            Member {
                name: "at",
                shape: Shape::Timestamp,
                optional: false,
                doc: "When.",
            },
        ],
    );
    type Next = ();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    #[test]
    fn an_answer_is_one_of_two_things_in_json() {
        let given = Json::parse(r#"{"given":3}"#.into()).unwrap();
        assert_eq!(given.read::<Answer<i64>>().unwrap(), Answer::Given(3));
        let nothing = Json::parse(r#""timedOut""#.into()).unwrap();
        assert_eq!(nothing.read::<Answer<i64>>().unwrap(), Answer::TimedOut);
        assert_eq!(Json::of(&Answer::Given(3)).unwrap(), given);
        assert_eq!(Answer::Given(3).given(), Some(3));
        assert_eq!(Answer::<i64>::TimedOut.given(), None);
    }
}
