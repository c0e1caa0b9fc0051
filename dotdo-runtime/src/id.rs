//! Typed identities: [`Id`], [`Ref`] and [`Many`].

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};
use crate::noun::Noun;
use crate::query::{Filter, Find};
use crate::stub::Stub;
use crate::value::{Cell, Shape, Value};

/// The id of one `N`: compact, sortable by age when made by dotdo, and never mixed up with another noun's.
///
/// ```
/// # use dotdo_runtime::{Id, AnyNoun};
/// let id: Id<AnyNoun> = Id::new("acme").unwrap();
/// assert_eq!(id.as_str(), "acme");
/// assert!(Id::<AnyNoun>::new("two words").is_err());
/// ```
pub struct Id<N> {
    text: String,
    noun: PhantomData<fn() -> N>,
}

/// A reference to one `N`, an edge in the graph of things. What an [`Id`] names, a `Ref` points at: a call that
/// returns one goes on with the methods of `N`.
pub struct Ref<N> {
    id: Id<N>,
}

/// Stands for the noun in contexts that know none, such as a free handler's [`Flow`](crate::Flow).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyNoun {}

impl<N> Id<N> {
    /// Checks and takes an id. It must not be empty, begin with `-` or `.`, or contain white space or `/`.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        dotdo_core::identity::check_id(&text).map_err(|e| Error::invalid(format_args!("{e}")))?;
        Ok(Self::trusted(text))
    }

    /// Takes an id that was checked before.
    #[doc(hidden)]
    pub fn trusted(text: String) -> Self {
        Self {
            text,
            noun: PhantomData,
        }
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<N> Ref<N> {
    /// A reference to the `N` with this id.
    pub fn new(id: impl IdOf<N>) -> Self {
        Self { id: id.into_id() }
    }

    /// The id it points at.
    pub fn id(&self) -> &Id<N> {
        &self.id
    }
}

impl<N: Noun> Ref<N> {
    /// Calls to what it points at.
    pub fn stub(&self) -> Stub<N> {
        N::stub(self.clone())
    }
}

macro_rules! common {
    ($t:ident, $self:ident => $text:expr) => {
        impl<N> Clone for $t<N> {
            fn clone(&$self) -> Self {
                Self::from_text($text.to_owned())
            }
        }
        impl<N> PartialEq for $t<N> {
            fn eq(&$self, other: &Self) -> bool {
                $text == other.as_text()
            }
        }
        impl<N> Eq for $t<N> {}
        impl<N> PartialOrd for $t<N> {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
        impl<N> Ord for $t<N> {
            fn cmp(&$self, other: &Self) -> std::cmp::Ordering {
                $text.cmp(other.as_text())
            }
        }
        impl<N> std::hash::Hash for $t<N> {
            fn hash<H: std::hash::Hasher>(&$self, state: &mut H) {
                $text.hash(state);
            }
        }
        impl<N> fmt::Display for $t<N> {
            fn fmt(&$self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($text)
            }
        }
        impl<N> fmt::Debug for $t<N> {
            fn fmt(&$self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($text)
            }
        }
        impl<N> Serialize for $t<N> {
            fn serialize<S: Serializer>(&$self, serializer: S) -> Result<S::Ok, S::Error> {
                $text.serialize(serializer)
            }
        }
        impl<'de, N: Noun> Deserialize<'de> for $t<N> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(IdVisitor(N::NAME)).map(Self::from_text)
            }
        }
        impl<N: Noun> std::str::FromStr for $t<N> {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                read_id(text, N::NAME).map(Self::from_text)
            }
        }
        impl<N: Noun> TryFrom<&str> for $t<N> {
            type Error = Error;
            fn try_from(text: &str) -> Result<Self> {
                text.parse()
            }
        }
    };
}

impl<N> Id<N> {
    fn from_text(text: String) -> Self {
        Self::trusted(text)
    }
    fn as_text(&self) -> &str {
        &self.text
    }
}
impl<N> Ref<N> {
    fn from_text(text: String) -> Self {
        Self {
            id: Id::trusted(text),
        }
    }
    fn as_text(&self) -> &str {
        &self.id.text
    }
}
common!(Id, self => self.as_text());
common!(Ref, self => self.as_text());

/// Reads the id of a thing of this noun.
struct IdVisitor(&'static str);

impl serde::de::Visitor<'_> for IdVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
        read_id(text, self.0).map_err(E::custom)
    }
}

/// Reads an id as people write it: the bare id, `Noun/id`, or the whole URL.
pub(crate) fn read_id(text: &str, noun: &str) -> Result<String> {
    let bare = match text.rsplit_once('/') {
        None => text,
        Some((before, id)) => {
            let named = before.rsplit('/').next().unwrap_or(before);
            if named != noun {
                return Err(Error::invalid(format_args!(
                    "`{text}` names a `{named}`, but a `{noun}` is wanted here, such as `{noun}/{id}`"
                )));
            }
            id
        }
    };
    dotdo_core::identity::check_id(bare).map_err(|e| Error::invalid(format_args!("{e}")))?;
    Ok(bare.to_owned())
}

impl<N> From<Id<N>> for Ref<N> {
    fn from(id: Id<N>) -> Self {
        Self { id }
    }
}
impl<N> From<&Id<N>> for Ref<N> {
    fn from(id: &Id<N>) -> Self {
        Self { id: id.clone() }
    }
}
impl<N> From<Ref<N>> for Id<N> {
    fn from(reference: Ref<N>) -> Self {
        reference.id
    }
}
impl<N> From<&Ref<N>> for Id<N> {
    fn from(reference: &Ref<N>) -> Self {
        reference.id.clone()
    }
}
impl<N> From<&Self> for Id<N> {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

fn text_cell(cell: Cell) -> Result<String> {
    String::from_cell(cell)
}

impl<N: Noun> Value for Id<N> {
    const SHAPE: Shape = Shape::Reference(N::NAME);
    type Next = ();
    fn to_cell(&self) -> Result<Cell> {
        Ok(Cell::Text(self.text.clone()))
    }
    fn from_cell(cell: Cell) -> Result<Self> {
        text_cell(cell).map(Self::trusted)
    }
}

impl<N: Noun> Value for Ref<N> {
    const SHAPE: Shape = Shape::Reference(N::NAME);
    type Next = Stub<N>;
    fn to_cell(&self) -> Result<Cell> {
        self.id.to_cell()
    }
    fn from_cell(cell: Cell) -> Result<Self> {
        Id::from_cell(cell).map(|id| Self { id })
    }
}

/// The back side of a reference: all the `N` whose column points at the thing that holds this field.
///
/// It is no column; it is filled in when the thing is loaded: `#[backref(Order::customer)] orders: Many<Order>`.
pub struct Many<N> {
    owner: String,
    column: &'static str,
    noun: PhantomData<fn() -> N>,
}

impl<N: Noun> Many<N> {
    #[doc(hidden)]
    pub fn of(owner: &str, column: &'static str) -> Self {
        Self {
            owner: owner.to_owned(),
            column,
            noun: PhantomData,
        }
    }

    /// The question for all of them, to be narrowed down and run.
    pub fn find(&self) -> Find<N> {
        Find::new(Filter::equals(self.column, Cell::from(self.owner.as_str())))
    }
}

impl<N> Clone for Many<N> {
    fn clone(&self) -> Self {
        Self {
            owner: self.owner.clone(),
            column: self.column,
            noun: PhantomData,
        }
    }
}
impl<N> Default for Many<N> {
    fn default() -> Self {
        Self {
            owner: String::new(),
            column: "",
            noun: PhantomData,
        }
    }
}
impl<N> PartialEq for Many<N> {
    fn eq(&self, other: &Self) -> bool {
        self.owner == other.owner && self.column == other.column
    }
}
impl<N> fmt::Debug for Many<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Many({} of {})", self.column, self.owner)
    }
}

/// What says which `N` is meant: an `Id<N>`, a `Ref<N>`, or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which `{N}`",
    label = "an `Id<{N}>` or a `Ref<{N}>` says it"
)]
pub trait IdOf<N> {
    #[doc(hidden)]
    fn into_id(self) -> Id<N>;
}

#[diagnostic::do_not_recommend]
impl<N, I: Into<Id<N>>> IdOf<N> for I {
    fn into_id(self) -> Id<N> {
        self.into()
    }
}
