//! The shape of a value's JSON, as plain data with one canonical spelling.
//!
//! `Receipt { number: text, cents: integer, paid_at: timestamp }` is how `dotdo.lock` and the journal say what a
//! stored value was. The spelling is stable: equal shapes have equal texts, in every version and on every platform, and
//! [`Shape::from_str`](std::str::FromStr::from_str) reads back what [`Display`](std::fmt::Display) writes.
//!
//! ```text
//! shape   = word                        nothing integer real boolean text timestamp date time decimal bytes embedding any
//!         | "ref" noun                  the id of a noun
//!         | shape "?"                   or null; a choice stands in parentheses: (Free | Pro)?
//!         | "list<" shape ">"  | "map<" shape ">"  | "tuple<" shape, … ">"
//!         | name "|" name …             one of these texts; a single one is written "| name"
//!         | Name "{" member, … "}"      an object; `member = name ":" shape`, `name?: shape` if it may be left out
//!         | Name "{" "|" variant … "}"  "Variant" or {"Variant": …}; `variant = name | name ":" shape`
//! ```

mod accept;
mod parse;

pub use accept::{Misfit, Problem};
pub use parse::ParseError;
pub(crate) use parse::Reader;

use std::fmt;

#[cfg(feature = "runtime")]
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::table::ColumnType;

/// The shape of a type's JSON.
///
/// ```
/// use dotdo_core::shape::Shape;
///
/// let receipt: Shape = "Receipt { number: text, cents: integer, note: text? }".parse().unwrap();
/// assert_eq!(receipt.to_string(), "Receipt { number: text, cents: integer, note: text? }");
/// assert_eq!(receipt.fingerprint().len(), 16);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Nothing: `null`.
    Nothing,
    /// A whole number.
    Integer,
    /// A number.
    Real,
    /// `true` or `false`.
    Boolean,
    /// A text.
    Text,
    /// An instant, as RFC 3339 text.
    Timestamp,
    /// A date, `2026-11-22`.
    Date,
    /// A time of day, `09:30:00`.
    Time,
    /// A decimal number, as text.
    Decimal,
    /// The id of a noun.
    Reference(String),
    /// Bytes, in JSON a list of numbers from 0 to 255.
    Bytes,
    /// A fixed list of 128 numbers.
    Embedding,
    /// One of these texts.
    Choice(Vec<String>),
    /// The shape, or `null`.
    Optional(Box<Shape>),
    /// A list of one shape.
    List(Box<Shape>),
    /// An object from texts to one shape.
    Map(Box<Shape>),
    /// An object with these fields.
    Record(String, Vec<Member>),
    /// An array with these places.
    Tuple(Vec<Shape>),
    /// `{"Variant": …}` or `"Variant"`.
    OneOf(String, Vec<Member>),
    /// Any JSON.
    Any,
}

/// One field of a [`Shape::Record`], or one variant of a [`Shape::OneOf`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// Its name in JSON.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// Whether it may be left out.
    pub optional: bool,
}

/// The words that stand for a shape by themselves.
const WORDS: [(&str, Shape); 12] = [
    ("nothing", Shape::Nothing),
    ("integer", Shape::Integer),
    ("real", Shape::Real),
    ("boolean", Shape::Boolean),
    ("text", Shape::Text),
    ("timestamp", Shape::Timestamp),
    ("date", Shape::Date),
    ("time", Shape::Time),
    ("decimal", Shape::Decimal),
    ("bytes", Shape::Bytes),
    ("embedding", Shape::Embedding),
    ("any", Shape::Any),
];

impl Shape {
    /// The shape in 16 hex digits: equal for equal texts. An identity, not a protection.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.to_string())
    }

    /// Whether every JSON of the shape `old` can be read as this one, and if not, where it ends.
    ///
    /// More variants, new fields that may be left out, and a value that becomes optional can be read. What is gone
    /// cannot: no reader of ours passes over a field it does not know.
    ///
    /// # Errors
    ///
    /// The first place that does not fit.
    ///
    /// ```
    /// use dotdo_core::shape::Shape;
    ///
    /// let shape = |text: &str| text.parse::<Shape>().unwrap();
    /// let old = shape("Receipt { number: text }");
    /// assert!(shape("Receipt { number: text, note: text? }").accepts(&old).is_ok());
    /// let misfit = shape("Receipt { number: text, cents: integer }").accepts(&old).unwrap_err();
    /// assert_eq!(misfit.to_string(), "`cents` is new and has no default");
    /// ```
    pub fn accepts(&self, old: &Self) -> Result<(), Misfit> {
        accept::accepts(self, old)
    }

    /// The column such a value is stored in.
    pub fn column(&self) -> ColumnType {
        match self {
            Self::Integer => ColumnType::Integer,
            Self::Real => ColumnType::Real,
            Self::Boolean => ColumnType::Boolean,
            Self::Text | Self::Choice(_) => ColumnType::Text,
            Self::Timestamp => ColumnType::Timestamp,
            Self::Date => ColumnType::Date,
            Self::Time => ColumnType::Time,
            Self::Decimal => ColumnType::Decimal,
            Self::Reference(_) => ColumnType::Reference,
            Self::Bytes | Self::Embedding => ColumnType::Blob,
            Self::Optional(inner) => inner.column(),
            Self::Nothing
            | Self::List(_)
            | Self::Map(_)
            | Self::Record(..)
            | Self::Tuple(_)
            | Self::OneOf(..)
            | Self::Any => ColumnType::Json,
        }
    }

    fn is_optional(&self) -> bool {
        matches!(self, Self::Optional(_))
    }
}

/// Whether arguments stored as `old` can be read as `new`.
///
/// # Errors
///
/// The first place that does not fit.
pub fn accepts_members(new: &[Member], old: &[Member]) -> Result<(), Misfit> {
    accept::members(new, old, "")
}

/// A text in 16 hex digits: FNV-1a with 64 bits.
pub fn fingerprint(text: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{hash:016x}")
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reference(noun) => write!(f, "ref {noun}"),
            Self::Choice(names) => match names.as_slice() {
                [one] => write!(f, "| {one}"),
                names => f.write_str(&names.join(" | ")),
            },
            Self::Optional(inner) => match **inner {
                Self::Choice(_) => write!(f, "({inner})?"),
                _ => write!(f, "{inner}?"),
            },
            Self::List(inner) => write!(f, "list<{inner}>"),
            Self::Map(inner) => write!(f, "map<{inner}>"),
            Self::Tuple(places) => {
                f.write_str("tuple<")?;
                for (i, place) in places.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{place}")?;
                }
                f.write_str(">")
            }
            Self::Record(name, members) if members.is_empty() => write!(f, "{name} {{}}"),
            Self::Record(name, members) => {
                write!(f, "{name} {{ ")?;
                write_members(f, members)?;
                f.write_str(" }")
            }
            Self::OneOf(name, variants) => {
                write!(f, "{name} {{ ")?;
                for Member { name, shape, .. } in variants {
                    match shape {
                        Self::Nothing => write!(f, "| {name} ")?,
                        Self::Choice(_) => write!(f, "| {name}: ({shape}) ")?,
                        shape => write!(f, "| {name}: {shape} ")?,
                    }
                }
                f.write_str("}")
            }
            plain => {
                let word = WORDS.iter().find(|(_, shape)| shape == plain);
                f.write_str(word.map_or("any", |(word, _)| word))
            }
        }
    }
}

/// As its text.
#[cfg(feature = "runtime")]
impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From its text.
#[cfg(feature = "runtime")]
impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// `number: text, note?: text`.
pub(crate) fn write_members(f: &mut impl fmt::Write, members: &[Member]) -> fmt::Result {
    for (i, member) in members.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        // An optional shape may be left out; what differs from that is marked.
        let mark = match (member.optional, member.shape.is_optional()) {
            (true, false) => "?",
            (false, true) => "!",
            _ => "",
        };
        write!(f, "{comma}{}{mark}: {}", member.name, member.shape)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_back() {
        for text in [
            "nothing",
            "ref Customer",
            "ref Customer?",
            "Free | Pro | Team",
            "| Only",
            "(Free | Pro)?",
            "list<text | date>",
            "tuple<integer, text?>",
            "map<list<decimal>>",
            "Empty {}",
            "Receipt { number: text, cents: integer, paid_at: timestamp, note?: text, left!: text?, more: text? }",
            "Payment { | Cash | Card: Card { number: text } | Kind: (A | B) | Two: tuple<integer, any> }",
            "integer { ref: ref Ümlaut, list: list<Größe { a: real }> }",
        ] {
            let shape: Shape = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(shape.to_string(), text);
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, problem) in [
            ("", "a shape is missing"),
            ("intger", "`intger` is no shape; did you mean `integer`?"),
            ("list<text", "`>` is missing after `list<text`"),
            (
                "Receipt { number }",
                "`:` is missing after `Receipt { number`",
            ),
            ("text text", "`text` is too much after `text`"),
        ] {
            let error = text.parse::<Shape>().unwrap_err();
            assert_eq!(error.to_string(), problem, "{text}");
        }
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(fingerprint(""), "cbf29ce484222325");
        assert_eq!(fingerprint("a"), "af63dc4c8601ec8c");
        assert_eq!(fingerprint("foobar"), "85944171f73967e8");
    }
}
