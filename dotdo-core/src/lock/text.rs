//! Writes the file.

use std::fmt::{self, Display, Write as _};

use super::{Function, Lock, Noun, State, quoted};
use crate::table::{Bound, Column, Literal, Range};

const HEAD: &str = "\
# What the data of this business looks like. `cargo run -- schema lock` writes this file, and the compiler compares the
# program with it. Keep it in version control, and leave the writing to the command.
";

const HISTORY: &str = "\
# Earlier versions, as far as they were different. Data that they wrote is brought forward from them.
";

impl Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        writeln!(f, "business {}", name(&self.business))?;
        writeln!(f, "version {}", self.version())?;
        let latest = self.latest();
        for noun in &latest.nouns {
            write!(f, "\n{noun}")?;
        }
        if !latest.functions.is_empty() {
            writeln!(f)?;
        }
        for function in &latest.functions {
            writeln!(f, "{function}")?;
        }
        if self.versions.len() > 1 {
            write!(f, "\n{HISTORY}")?;
        }
        for (place, pair) in self.versions.windows(2).enumerate().rev() {
            let number = u32::try_from(place).unwrap_or(u32::MAX) + self.first + 1;
            writeln!(f, "\nbefore version {number}")?;
            write_difference(f, &pair[0], &pair[1])?;
        }
        Ok(())
    }
}

/// What `old` has in place of what is in `new`.
fn write_difference(f: &mut fmt::Formatter<'_>, old: &State, new: &State) -> fmt::Result {
    for noun in &old.nouns {
        if !new
            .noun(&noun.table.noun)
            .is_some_and(|other| other.is(noun))
        {
            write!(f, "\n{noun}")?;
        }
    }
    let mut first = true;
    let mut gap = |f: &mut fmt::Formatter<'_>| {
        if std::mem::take(&mut first) {
            writeln!(f)
        } else {
            Ok(())
        }
    };
    for noun in &new.nouns {
        if old.noun(&noun.table.noun).is_none() {
            gap(f)?;
            writeln!(f, "no noun {}", noun.table.noun)?;
        }
    }
    for function in &old.functions {
        if new.function(&function.name) != Some(function) {
            gap(f)?;
            writeln!(f, "{function}")?;
        }
    }
    for function in &new.functions {
        if old.function(&function.name).is_none() {
            gap(f)?;
            writeln!(f, "no function {}", name(&function.name))?;
        }
    }
    Ok(())
}

/// A name as it stands in the file: quoted where it is more than a path.
pub(super) fn name(name: &str) -> String {
    let plain = !name.is_empty()
        && name
            .split("::")
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_'));
    if plain {
        name.to_owned()
    } else {
        quoted::write(name)
    }
}

impl Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = if self.object { "object, " } else { "" };
        let history = if self.table.history {
            ""
        } else {
            ", history none"
        };
        writeln!(
            f,
            "noun {} ({object}table {}{history})",
            self.table.noun, self.table.name
        )?;
        for column in &self.table.columns {
            writeln!(f, "  {}: {}", column.name, self::column(column))?;
        }
        Ok(())
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.flow { "flow" } else { "step" };
        write!(f, "{kind} {}(", name(&self.name))?;
        crate::shape::write_members(f, &self.args)?;
        write!(f, ") -> {}", self.output)?;
        if self.version != 1 {
            write!(f, ", version {}", self.version)?;
        }
        Ok(())
    }
}

/// Type and options of a column.
pub(super) fn column(column: &Column) -> String {
    let values = column.values();
    let mut text = match (&values, column.nullable) {
        (crate::shape::Shape::Choice(_), true) => format!("({values})?"),
        (values, true) => format!("{values}?"),
        (values, false) => values.to_string(),
    };
    let mut add = |part: fmt::Arguments<'_>| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, ", {part}");
    };
    for (on, word) in [
        (column.unique, "unique"),
        (column.index, "index"),
        (column.search, "search"),
        (column.secret, "secret"),
    ] {
        if on {
            add(format_args!("{word}"));
        }
    }
    if let Some(Range { min, max }) = column.range {
        let end = |bound: Option<Bound>| bound.map(|bound| bound.sql()).unwrap_or_default();
        add(format_args!("range {}..={}", end(min), end(max)));
    }
    if let Some(check) = &column.check {
        add(format_args!("check {}", quoted::write(check)));
    }
    if let Some(default) = &column.default {
        add(format_args!("default {}", literal(default)));
    }
    if let Some(was) = &column.was {
        add(format_args!("was {was}"));
    }
    for choice in &column.dropped {
        add(format_args!("dropped {choice}"));
    }
    text
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".into(),
        Literal::Text(text) => quoted::write(text),
        Literal::Blob(bytes) => bytes.iter().fold("bytes ".to_owned(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }),
        number => number.sql(),
    }
}
