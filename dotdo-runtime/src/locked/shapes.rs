//! Whether what is stored in one shape can be read in another.

use super::Report;
use crate::const_text::{contains, same};
use crate::value::{ColumnType, Member, Shape};

/// Whether values fit, and if not, whether it is the column or something within.
pub(super) enum Misfit {
    Fits,
    No,
    At(Inner),
}

impl Misfit {
    pub(super) const fn fits(&self) -> bool {
        matches!(self, Self::Fits)
    }
}

/// Something within a value that does not fit.
#[derive(Clone, Copy)]
pub(super) struct Inner {
    name: &'static str,
    change: What,
}

#[derive(Clone, Copy)]
enum What {
    Gone,
    New,
    Changed(Shape, Shape),
}

impl Inner {
    pub(super) const fn say(self, report: Report) -> Report {
        let report = report.with("`").with(self.name);
        match self.change {
            What::Gone => report.with("` is gone"),
            What::New => report.with("` is new and has no default"),
            What::Changed(was, is) => report
                .with("` was `")
                .shape(was)
                .with("` and is `")
                .shape(is)
                .with("`"),
        }
    }
}

/// Whether a column takes stored values as they are, choices aside.
pub(super) const fn column_accepts(new: Shape, old: Shape) -> Misfit {
    if new.column() as u8 != old.column() as u8 {
        return Misfit::No;
    }
    match (new, old) {
        (Shape::Reference(a), Shape::Reference(b)) => {
            if same(a, b) {
                Misfit::Fits
            } else {
                Misfit::No
            }
        }
        (Shape::Choice(..), Shape::Text) => Misfit::No,
        // Rows have any JSON, and nobody knows which.
        (_, Shape::Any) => Misfit::Fits,
        (new, old) if matches!(old.column(), ColumnType::Json) => accepts(new, old),
        _ => Misfit::Fits,
    }
}

/// A choice that is gone and not dropped.
pub(super) const fn gone(new: Shape, old: Shape, dropped: &[&str]) -> Option<&'static str> {
    let (Shape::Choice(new, _), Shape::Choice(old, _)) = (new, old) else {
        return None;
    };
    let mut i = 0;
    while i < old.len() {
        if !contains(new, old[i]) && !contains(dropped, old[i]) {
            return Some(old[i]);
        }
        i += 1;
    }
    None
}

pub(super) const fn choices_lost(new: Shape, old: Shape) -> bool {
    match (new, old) {
        (Shape::Choice(new, _), Shape::Choice(old, _)) => !all_in(old, new),
        _ => false,
    }
}

/// Whether every JSON of the shape `old` can be read as `new`: [`dotdo_core::shape::Shape::accepts`] for constants.
const fn accepts(new: Shape, old: Shape) -> Misfit {
    accepts_at(new, old, "")
}

pub(super) const fn accepts_at(new: Shape, old: Shape, name: &'static str) -> Misfit {
    let fits = match (new, old) {
        // Equal ones, and wider ones.
        (Shape::Any, _)
        | (Shape::Nothing | Shape::Optional(_), Shape::Nothing)
        | (Shape::Integer | Shape::Real, Shape::Integer)
        | (Shape::Real, Shape::Real)
        | (Shape::Boolean, Shape::Boolean)
        | (Shape::Timestamp, Shape::Timestamp)
        | (Shape::Date, Shape::Date)
        | (Shape::Time, Shape::Time)
        | (Shape::Decimal, Shape::Decimal)
        | (Shape::Bytes, Shape::Bytes)
        | (Shape::Embedding, Shape::Embedding)
        | (
            Shape::Text,
            Shape::Text
            | Shape::Timestamp
            | Shape::Date
            | Shape::Time
            | Shape::Decimal
            | Shape::Reference(_)
            | Shape::Choice(..),
        ) => true,
        (Shape::Optional(new), Shape::Optional(old))
        | (Shape::List(new), Shape::List(old))
        | (Shape::Map(new), Shape::Map(old)) => return accepts_at(*new, *old, name),
        (Shape::Optional(new), old) => return accepts_at(*new, old, name),
        (Shape::List(new), Shape::Bytes) => matches!(new, Shape::Integer),
        (Shape::List(new), Shape::Embedding) => matches!(new, Shape::Real),
        (Shape::Record(_, new), Shape::Record(_, old)) => return accepts_members(new, old),
        (Shape::Tuple(new), Shape::Tuple(old)) if new.len() == old.len() => {
            let mut i = 0;
            while i < new.len() {
                match accepts_at(new[i], old[i], name) {
                    Misfit::Fits => {}
                    other => return other,
                }
                i += 1;
            }
            true
        }
        (Shape::Choice(..), Shape::Choice(..)) => match gone(new, old, &[]) {
            Some(name) => {
                return Misfit::At(Inner {
                    name,
                    change: What::Gone,
                });
            }
            None => true,
        },
        (Shape::OneOf(_, new), Shape::OneOf(_, old)) => return accepts_variants(new, old),
        (Shape::OneOf(_, new), Shape::Choice(old, _)) => {
            let mut i = 0;
            while i < old.len() {
                match accepts_variant(new, old[i], Shape::Nothing) {
                    Misfit::Fits => {}
                    other => return other,
                }
                i += 1;
            }
            true
        }
        (Shape::Reference(a), Shape::Reference(b)) => same(a, b),
        _ => false,
    };
    if fits {
        Misfit::Fits
    } else if name.is_empty() {
        Misfit::No
    } else {
        Misfit::At(Inner {
            name,
            change: What::Changed(old, new),
        })
    }
}

const fn member_of(members: &'static [Member], name: &str) -> Option<&'static Member> {
    let mut i = 0;
    while i < members.len() {
        if same(members[i].name, name) {
            return Some(&members[i]);
        }
        i += 1;
    }
    None
}

pub(super) const fn accepts_members(new: &'static [Member], old: &'static [Member]) -> Misfit {
    let mut i = 0;
    while i < old.len() {
        let was = &old[i];
        let Some(is) = member_of(new, was.name) else {
            return Misfit::At(Inner {
                name: was.name,
                change: What::Gone,
            });
        };
        match accepts_at(is.shape, was.shape, was.name) {
            Misfit::Fits => {}
            other => return other,
        }
        if was.optional && !is.optional {
            return Misfit::At(Inner {
                name: was.name,
                change: What::New,
            });
        }
        i += 1;
    }
    let mut i = 0;
    while i < new.len() {
        if !new[i].optional && member_of(old, new[i].name).is_none() {
            return Misfit::At(Inner {
                name: new[i].name,
                change: What::New,
            });
        }
        i += 1;
    }
    Misfit::Fits
}

const fn accepts_variants(new: &'static [Member], old: &'static [Member]) -> Misfit {
    let mut i = 0;
    while i < old.len() {
        match accepts_variant(new, old[i].name, old[i].shape) {
            Misfit::Fits => {}
            other => return other,
        }
        i += 1;
    }
    Misfit::Fits
}

const fn accepts_variant(new: &'static [Member], name: &'static str, old: Shape) -> Misfit {
    let Some(is) = member_of(new, name) else {
        return Misfit::At(Inner {
            name,
            change: What::Gone,
        });
    };
    // `"Cash"` is not `{"Cash": null}`.
    if matches!(is.shape, Shape::Nothing) != matches!(old, Shape::Nothing) {
        return Misfit::At(Inner {
            name,
            change: What::Changed(old, is.shape),
        });
    }
    accepts_at(is.shape, old, name)
}

/// Whether a function of one shape takes the values of a column of the other.
pub(super) const fn takes_shape(takes: Shape, from: Shape) -> bool {
    match (takes, from) {
        (Shape::Choice(names, _), Shape::Choice(old, _)) => all_in(old, names),
        (Shape::Text, Shape::Text) => true,
        (Shape::Text | Shape::Choice(..), _) => false,
        (Shape::Reference(a), Shape::Reference(b)) => same(a, b),
        (takes, from) => {
            takes.column() as u8 == from.column() as u8
                && (!matches!(from.column(), ColumnType::Json)
                    || matches!(from, Shape::Any)
                    || accepts(takes, from).fits())
        }
    }
}

const fn all_in(some: &[&str], all: &[&str]) -> bool {
    let mut i = 0;
    while i < some.len() {
        if !contains(all, some[i]) {
            return false;
        }
        i += 1;
    }
    true
}

/// A shape without its "or nothing".
pub(super) const fn plain(shape: Shape) -> Shape {
    match shape {
        Shape::Optional(inner) => *inner,
        other => other,
    }
}
