//! Whether what was stored as one shape can be read as another.

use std::fmt;

use super::{Member, Shape};

/// The first place where a stored value does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The way to it: `receipt.cents`; empty for the value itself.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The shape is another.
    Changed {
        /// What was stored.
        was: String,
        /// What is read.
        is: String,
    },
    /// A member is gone.
    Gone,
    /// A member is new, and stored values have none.
    New,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.problem {
            Problem::Changed { was, is } if path.is_empty() => {
                write!(f, "it was `{was}` and is `{is}`")
            }
            Problem::Changed { was, is } => write!(f, "`{path}` was `{was}` and is `{is}`"),
            Problem::Gone => write!(f, "`{path}` is gone"),
            Problem::New => write!(f, "`{path}` is new and has no default"),
        }
    }
}

pub(super) fn accepts(new: &Shape, old: &Shape) -> Result<(), Misfit> {
    at(new, old, "")
}

/// Whether members stored as `old` can be read as `new`: what holds for records and for arguments.
pub(super) fn members(new: &[Member], old: &[Member], path: &str) -> Result<(), Misfit> {
    for member in old {
        let inner = join(path, &member.name);
        match new.iter().find(|other| other.name == member.name) {
            None => return Err(misfit(&inner, Problem::Gone)),
            Some(other) => {
                at(&other.shape, &member.shape, &inner)?;
                if member.optional && !other.optional {
                    return Err(misfit(
                        &inner,
                        Problem::Changed {
                            was: format!("{}?", member.shape),
                            is: other.shape.to_string(),
                        },
                    ));
                }
            }
        }
    }
    match new
        .iter()
        .find(|member| !member.optional && !old.iter().any(|other| other.name == member.name))
    {
        Some(member) => Err(misfit(&join(path, &member.name), Problem::New)),
        None => Ok(()),
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn misfit(path: &str, problem: Problem) -> Misfit {
    Misfit {
        path: path.to_owned(),
        problem,
    }
}

fn at(new: &Shape, old: &Shape, path: &str) -> Result<(), Misfit> {
    use Shape::{
        Any, Bytes, Choice, Embedding, Integer, List, Map, Nothing, OneOf, Optional, Real, Record,
        Reference, Text, Tuple,
    };
    let fits = match (new, old) {
        // The last of them: texts of a narrower kind.
        (Any, _)
        | (Real, Integer)
        | (Optional(_), Nothing)
        | (
            Text,
            Shape::Timestamp
            | Shape::Date
            | Shape::Time
            | Shape::Decimal
            | Reference(_)
            | Choice(_),
        ) => true,
        (Optional(new), Optional(old)) | (List(new), List(old)) | (Map(new), Map(old)) => {
            return at(new, old, path);
        }
        (Optional(new), old) => return at(new, old, path),
        (List(new), Bytes) if **new == Integer => true,
        (List(new), Embedding) if **new == Real => true,
        (Record(_, new), Record(_, old)) => return members(new, old, path),
        (Tuple(new), Tuple(old)) if new.len() == old.len() => {
            for (place, (new, old)) in new.iter().zip(old).enumerate() {
                at(new, old, &join(path, &place.to_string()))?;
            }
            true
        }
        (Choice(new), Choice(old)) => match old.iter().find(|name| !new.contains(name)) {
            Some(name) => return Err(misfit(&join(path, name), Problem::Gone)),
            None => true,
        },
        (OneOf(_, new), OneOf(_, old)) => return variants(new, old, path),
        // A variant without fields is written as its name, in both.
        (OneOf(_, new), Choice(old)) => {
            let old: Vec<Member> = old
                .iter()
                .map(|name| Member {
                    name: name.clone(),
                    shape: Nothing,
                    optional: false,
                })
                .collect();
            return variants(new, &old, path);
        }
        (new, old) => new == old,
    };
    if fits {
        Ok(())
    } else {
        Err(misfit(
            path,
            Problem::Changed {
                was: old.to_string(),
                is: new.to_string(),
            },
        ))
    }
}

fn variants(new: &[Member], old: &[Member], path: &str) -> Result<(), Misfit> {
    for variant in old {
        let inner = join(path, &variant.name);
        match new.iter().find(|other| other.name == variant.name) {
            None => return Err(misfit(&inner, Problem::Gone)),
            // `"Cash"` is not `{"Cash": null}`.
            Some(other) if (other.shape == Shape::Nothing) != (variant.shape == Shape::Nothing) => {
                return Err(misfit(
                    &inner,
                    Problem::Changed {
                        was: variant.shape.to_string(),
                        is: other.shape.to_string(),
                    },
                ));
            }
            Some(other) => at(&other.shape, &variant.shape, &inner)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Shape;

    #[test]
    fn what_can_be_read_of_what() {
        let verdict = |new: &str, old: &str| {
            let (new, old): (Shape, Shape) = (new.parse().unwrap(), old.parse().unwrap());
            new.accepts(&old)
                .map_or_else(|e| e.to_string(), |()| "fits".into())
        };
        for (new, old, expected) in [
            ("text", "text", "fits"),
            ("any", "R { a: text }", "fits"),
            ("text?", "text", "fits"),
            ("text", "text?", "it was `text?` and is `text`"),
            ("text", "integer", "it was `integer` and is `text`"),
            ("real", "integer", "fits"),
            ("integer", "real", "it was `real` and is `integer`"),
            ("A | B | C", "A | B", "fits"),
            ("| A", "A | B", "`B` is gone"),
            ("R { a: text, b: text? }", "R { a: text }", "fits"),
            ("R { a: text, b?: text }", "R { a: text }", "fits"),
            ("S { a: text }", "R { a: text }", "fits"),
            (
                "R { a: text, b: text }",
                "R { a: text }",
                "`b` is new and has no default",
            ),
            ("R { a: text }", "R { a: text, b: text? }", "`b` is gone"),
            (
                "R { a: S { b: integer } }",
                "R { a: S { b: text } }",
                "`a.b` was `text` and is `integer`",
            ),
            (
                "R { a: text }",
                "R { a: text? }",
                "`a` was `text?` and is `text`",
            ),
            ("P { | A | B: text | C }", "P { | A | B: text }", "fits"),
            (
                "P { | A: text | B: text }",
                "P { | A | B: text }",
                "`A` was `nothing` and is `text`",
            ),
            (
                "P { | A | B: text }",
                "A | B",
                "`B` was `nothing` and is `text`",
            ),
            ("P { | A | C: text }", "| A", "fits"),
            ("tuple<text, real>", "tuple<text, integer>", "fits"),
            (
                "tuple<text>",
                "tuple<text, integer>",
                "it was `tuple<text, integer>` and is `tuple<text>`",
            ),
            ("list<real>", "list<text>", "it was `text` and is `real`"),
        ] {
            assert_eq!(verdict(new, old), expected, "{new} of {old}");
        }
    }
}
