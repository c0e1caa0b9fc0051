//! Short ids: `Noun/id`, nested, with at most one place in history.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::IdError;
use super::rules::{check_id, check_noun, shown};

/// The longest name of a branch, in bytes.
const MAX_BRANCH_BYTES: usize = 200;

/// A noun and an id: one thing inside its parent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Segment {
    noun: String,
    id: String,
}

impl Segment {
    /// The thing `id` of a noun; see [`check_noun`] and [`check_id`].
    pub fn new(noun: impl Into<String>, id: impl Into<String>) -> Result<Self, IdError> {
        let (noun, id) = (noun.into(), id.into());
        check_noun(&noun)?;
        check_id(&id)?;
        Ok(Self { noun, id })
    }

    /// The noun, `Order`.
    pub fn noun(&self) -> &str {
        &self.noun
    }

    /// The id, decoded.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.noun, self.id.replace('@', "%40"))
    }
}

/// The name of a branch: not one that reads as a version, a step back or a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Branch(String);

impl Branch {
    /// Checks a name.
    pub fn new(name: impl Into<String>) -> Result<Self, IdError> {
        let name = name.into();
        match parse_at(&name)? {
            At::Branch(branch) => Ok(branch),
            _ => Err(IdError::new(
                &name,
                0,
                "this is a place in history, not a branch",
                "choose another name",
            )),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which state of a thing is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum At {
    /// `@draft`: the newest on a branch.
    Branch(Branch),
    /// `@v12`: a version.
    Version(u64),
    /// `@~3`: so many versions before the newest.
    Back(u64),
    /// `@2026-01-31T09:00:00Z`: the one that was newest then. Any offset is read; UTC is written.
    Time(DateTime<Utc>),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Branch(branch) => f.write_str(branch.as_str()),
            At::Version(version) => write!(f, "v{version}"),
            At::Back(steps) => write!(f, "~{steps}"),
            At::Time(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}

/// A thing, by nouns and ids from the outermost inwards, and which state of the innermost is meant.
///
/// Written, parts are joined by `/`. In an id, `%40` stands for `@`, because the last `@` begins the place in
/// history; any other `%` stays as it is. Parsing and displaying are inverse to each other.
///
/// ```
/// use dotdo_core::identity::{At, ShortId};
///
/// let id: ShortId = "Order/o1/Line/2@v12".parse()?;
/// assert_eq!(id.noun(), "Line");
/// assert_eq!(id.at(), Some(&At::Version(12)));
/// assert_eq!(id.parent().unwrap().to_string(), "Order/o1");
///
/// let mail = ShortId::new("Customer", "a@shop.example")?;
/// assert_eq!(mail.to_string(), "Customer/a%40shop.example");
/// assert_eq!(mail.to_string().parse(), Ok(mail));
/// # Ok::<(), dotdo_core::identity::IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ShortId {
    parents: Vec<Segment>,
    leaf: Segment,
    at: Option<At>,
}

impl ShortId {
    /// The thing `id` of a noun.
    pub fn new(noun: impl Into<String>, id: impl Into<String>) -> Result<Self, IdError> {
        Ok(Self {
            parents: Vec::new(),
            leaf: Segment::new(noun, id)?,
            at: None,
        })
    }

    /// The thing `id` of a noun inside this one, which loses its place in history.
    pub fn child(self, noun: impl Into<String>, id: impl Into<String>) -> Result<Self, IdError> {
        let leaf = Segment::new(noun, id)?;
        let mut parents = self.parents;
        parents.push(self.leaf);
        Ok(Self {
            parents,
            leaf,
            at: None,
        })
    }

    /// The same thing at a place in history.
    pub fn with_at(self, at: At) -> Self {
        Self {
            at: Some(at),
            ..self
        }
    }

    /// The same thing as it is now.
    pub fn without_at(self) -> Self {
        Self { at: None, ..self }
    }

    /// The segments from the outermost to the thing itself.
    pub fn path(&self) -> impl DoubleEndedIterator<Item = &Segment> {
        self.parents.iter().chain(std::iter::once(&self.leaf))
    }

    /// The thing's own noun.
    pub fn noun(&self) -> &str {
        self.leaf.noun()
    }

    /// The thing's own id, decoded.
    pub fn id(&self) -> &str {
        self.leaf.id()
    }

    /// Which state is meant; `None` for the newest.
    pub fn at(&self) -> Option<&At> {
        self.at.as_ref()
    }

    /// The thing that this one is inside of.
    pub fn parent(&self) -> Option<ShortId> {
        let (leaf, parents) = self.parents.split_last()?;
        Some(Self {
            parents: parents.to_vec(),
            leaf: leaf.clone(),
            at: None,
        })
    }
}

impl fmt::Display for ShortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for parent in &self.parents {
            write!(f, "{parent}/")?;
        }
        write!(f, "{}", self.leaf)?;
        match &self.at {
            Some(at) => write!(f, "@{at}"),
            None => Ok(()),
        }
    }
}

impl FromStr for ShortId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (path, at) = match text.rsplit_once('@') {
            Some((path, at)) => (
                path,
                Some(parse_at(at).map_err(|error| error.within(text, path.len() + 1))?),
            ),
            None => (text, None),
        };
        let mut segments: Vec<Segment> = Vec::new();
        let mut start = 0;
        let mut parts = path.split('/');
        while let Some(noun) = parts.next() {
            check_noun(noun).map_err(|error| error.within(text, start))?;
            let after_noun = start + noun.len();
            let Some(id) = parts.next() else {
                let what = format!("`{noun}` has no id");
                return Err(IdError::new(
                    text,
                    after_noun,
                    what,
                    format!("write one after it, such as `{noun}/1`"),
                ));
            };
            // The place of a mistake is that in the decoded id; it is the same up to the first `%40`.
            let decoded = id.replace("%40", "@");
            check_id(&decoded).map_err(|error| error.within(text, after_noun + 1))?;
            segments.push(Segment {
                noun: noun.into(),
                id: decoded,
            });
            start = after_noun + 1 + id.len() + 1;
        }
        let Some(leaf) = segments.pop() else {
            return Err(IdError::new(
                text,
                0,
                "a noun is missing",
                "write `Noun/id`, such as `Customer/alice`",
            ));
        };
        Ok(Self {
            parents: segments,
            leaf,
            at,
        })
    }
}

impl Serialize for ShortId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ShortId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Reads what follows the last `@`.
fn parse_at(text: &str) -> Result<At, IdError> {
    let forms = "write `@branch`, `@v12`, `@~3` or `@2026-01-31T09:00:00Z`";
    if text.is_empty() {
        return Err(IdError::new(text, 0, "nothing follows the `@`", forms));
    }
    if let Some(at) = text.find('/') {
        let help = "write it at the end, and an `@` inside an id as `%40`";
        return Err(IdError::new(
            text,
            at,
            "a place in history stands before a `/`",
            help,
        ));
    }
    if let Some(digits) = text.strip_prefix('~') {
        return number(digits).map(At::Back).ok_or_else(|| {
            IdError::new(
                text,
                1,
                format!("`~{digits}` is not a number of versions"),
                "write one such as `@~3`",
            )
        });
    }
    if let Some(digits) = text.strip_prefix('v')
        && !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
    {
        return number(digits).map(At::Version).ok_or_else(|| {
            let help = "write one such as `@v12`, without zeros before it";
            IdError::new(text, 1, format!("`v{digits}` is not a version"), help)
        });
    }
    if begins_like_a_time(text) {
        return DateTime::parse_from_rfc3339(text)
            .map(|time| At::Time(time.to_utc()))
            .map_err(|error| {
                let help = "write one such as `@2026-01-31T09:00:00Z`";
                IdError::new(text, 0, format!("`{text}` is not a time ({error})"), help)
            });
    }
    let wrong = |(at, c): &(usize, char)| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '@' | '?' | '#' | '%')
            || (*at == 0 && matches!(c, '-' | '.'))
    };
    if let Some((at, c)) = text.char_indices().find(wrong) {
        return Err(IdError::new(
            text,
            at,
            format!("a branch cannot have {} here", shown(c)),
            forms,
        ));
    }
    if text.len() > MAX_BRANCH_BYTES {
        let what = format!("a branch has at most {MAX_BRANCH_BYTES} bytes");
        return Err(IdError::new(text, MAX_BRANCH_BYTES, what, "shorten it"));
    }
    Ok(At::Branch(Branch(text.into())))
}

/// A number in its one spelling, so that displaying it gives the same text.
fn number(digits: &str) -> Option<u64> {
    let canonical =
        digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if canonical { digits.parse().ok() } else { None }
}

fn begins_like_a_time(text: &str) -> bool {
    let mut bytes = text.bytes();
    "0000-00-00T"
        .bytes()
        .all(|shape| match (shape, bytes.next()) {
            (b'0', Some(byte)) => byte.is_ascii_digit(),
            (shape, byte) => byte == Some(shape),
        })
}
