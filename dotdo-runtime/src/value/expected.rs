//! What a value of a shape looks like, in words.

use super::Shape;

impl Shape {
    /// What a value of the shape looks like, for messages: "expected …".
    pub(crate) fn expected(self) -> String {
        match self {
            Self::Nothing => "nothing".to_owned(),
            Self::Integer => "a whole number".to_owned(),
            Self::Real => "a number".to_owned(),
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Timestamp => "a time such as `2026-11-22T09:00:00Z`".to_owned(),
            Self::Date => "a date such as `2026-11-22`".to_owned(),
            Self::Time => "a time of day such as `09:30:00`".to_owned(),
            Self::Decimal => "a decimal number such as `12.50`".to_owned(),
            Self::Reference(noun) => format!("the id of a {noun}"),
            Self::Choice(choices, _) => format!("one of {}", choices.join(", ")),
            Self::Optional(inner) => inner.expected(),
            Self::Bytes => "a JSON list of numbers from 0 to 255".to_owned(),
            Self::Embedding => "a JSON list of 128 numbers".to_owned(),
            Self::List(_) | Self::Tuple(_) => "a JSON list".to_owned(),
            Self::Map(_) | Self::Record(..) => "a JSON object".to_owned(),
            Self::OneOf(name, _) => format!("the JSON of a {name}"),
            Self::Any => "JSON".to_owned(),
        }
    }
}
