//! Reads the file.

use std::fmt;
use std::str::FromStr;

use super::{Function, Lock, Noun, State, quoted};
use crate::shape::{ParseError, Reader};
use crate::table::{Bound, Column, Literal, Range, Table};

/// Why a text is no lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for Mistake {}

type Result<T, E = ParseError> = std::result::Result<T, E>;

fn wrong<T>(problem: impl Into<String>) -> Result<T> {
    Err(Reader::error(problem))
}

/// What a line changes of the version below.
enum Entry {
    Noun(Noun),
    NoNoun(String),
    Function(Function),
    NoFunction(String),
}

impl FromStr for Lock {
    type Err = Mistake;

    fn from_str(text: &str) -> Result<Self, Mistake> {
        let mut reading = Reading::default();
        let mut last = 0;
        for (place, line) in text.lines().enumerate() {
            last = place + 1;
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            reading.line(line).map_err(|error| Mistake {
                line: place + 1,
                problem: error.to_string(),
            })?;
        }
        reading.finish().map_err(|error| Mistake {
            line: last.max(1),
            problem: error.to_string(),
        })
    }
}

#[derive(Default)]
struct Reading {
    business: Option<String>,
    version: Option<u32>,
    /// For each version, newest first, its entries.
    sections: Vec<Vec<Entry>>,
}

impl Reading {
    fn line(&mut self, line: &str) -> Result<()> {
        if line.starts_with("<<<<<<<") || line.starts_with("=======") || line.starts_with(">>>>>>>")
        {
            return wrong(
                "two branches have changed this file; take the one of the branch that was first, build, and run `schema lock` again",
            );
        }
        let mut reader = Reader::new(line);
        if line.starts_with(' ') {
            let Some(Entry::Noun(noun)) = self.sections.last_mut().and_then(|s| s.last_mut())
            else {
                return wrong("a column stands below its noun");
            };
            let column = column(&mut reader)?;
            if noun.table.column(&column.name).is_some() {
                return wrong(format!("the column `{}` is here twice", column.name));
            }
            noun.table.columns.push(column);
            return Ok(());
        }
        let word = reader.word().unwrap_or_default();
        match (word, self.business.is_some(), self.version) {
            ("business", false, _) => {
                self.business = Some(name(&mut reader)?);
                return reader.end();
            }
            ("version", true, None) => {
                self.version = Some(number(&mut reader)?);
                self.sections.push(Vec::new());
                return reader.end();
            }
            (_, false, _) => return wrong("the file begins with `business` and its name"),
            (_, true, None) => return wrong("the second line is `version` and its number"),
            (_, true, Some(_)) => {}
        }
        if word == "before" {
            reader.expect("version")?;
            let before = number(&mut reader)?;
            let expected = self
                .version
                .unwrap_or_default()
                .checked_sub(u32::try_from(self.sections.len() - 1).unwrap_or(u32::MAX));
            if Some(before) != expected || before < 2 {
                return wrong("earlier versions stand below each other, newest first");
            }
            self.sections.push(Vec::new());
            return reader.end();
        }
        let entry = entry(word, &mut reader)?;
        reader.end()?;
        if let Some(section) = self.sections.last_mut() {
            if section.iter().any(|other| key(other) == key(&entry)) {
                return wrong(format!("`{}` is here twice", key(&entry).1));
            }
            section.push(entry);
        }
        Ok(())
    }

    fn finish(self) -> Result<Lock> {
        let (Some(business), Some(version)) = (self.business, self.version) else {
            return wrong(
                "the file begins with `business` and its name, then `version` and its number",
            );
        };
        let mut state = State::default();
        let mut versions = Vec::new();
        for section in self.sections {
            for entry in section {
                match entry {
                    Entry::Noun(noun) => {
                        state
                            .nouns
                            .retain(|other| other.table.noun != noun.table.noun);
                        state.nouns.push(noun);
                    }
                    Entry::NoNoun(name) => state.nouns.retain(|other| other.table.noun != name),
                    Entry::Function(function) => {
                        state.functions.retain(|other| other.name != function.name);
                        state.functions.push(function);
                    }
                    Entry::NoFunction(name) => state.functions.retain(|other| other.name != name),
                }
            }
            versions.push(State::new(state.nouns.clone(), state.functions.clone()));
        }
        let count = u32::try_from(versions.len()).unwrap_or(u32::MAX);
        let Some(first) = (version + 1).checked_sub(count).filter(|first| *first > 0) else {
            return wrong("there are more versions than the number of the newest says");
        };
        versions.reverse();
        Ok(Lock {
            business,
            versions,
            first,
        })
    }
}

fn key(entry: &Entry) -> (bool, &str) {
    match entry {
        Entry::Noun(noun) => (true, &noun.table.noun),
        Entry::NoNoun(name) => (true, name),
        Entry::Function(function) => (false, &function.name),
        Entry::NoFunction(name) => (false, name),
    }
}

fn entry(word: &str, reader: &mut Reader<'_>) -> Result<Entry> {
    Ok(match word {
        "noun" => Entry::Noun(noun(reader)?),
        "step" | "flow" => Entry::Function(function(word == "flow", reader)?),
        "no" => match reader.word() {
            Some("noun") => Entry::NoNoun(name(reader)?),
            Some("function") => Entry::NoFunction(name(reader)?),
            _ => return wrong("`no` stands before `noun` or `function`"),
        },
        other => {
            return wrong(format!(
                "`{other}` is nothing that a lock has; it has `noun`, `step`, `flow`, `no` and `before`"
            ));
        }
    })
}

fn noun(reader: &mut Reader<'_>) -> Result<Noun> {
    let mut table = Table::new(reader.name()?, Vec::new());
    let mut object = false;
    table.history = true;
    reader.expect("(")?;
    loop {
        match reader.word() {
            Some("object") => object = true,
            Some("table") => table.name = reader.name()?,
            Some("history") => {
                reader.expect("none")?;
                table.history = false;
            }
            _ => return wrong("a noun has `object`, `table` and `history none` in parentheses"),
        }
        if reader.take(")") {
            return Ok(Noun { object, table });
        }
        reader.expect(",")?;
    }
}

fn function(flow: bool, reader: &mut Reader<'_>) -> Result<Function> {
    let name = name(reader)?;
    reader.expect("(")?;
    let args = reader.members(")")?;
    reader.expect("->")?;
    let output = reader.shape()?;
    let version = if reader.take(",") {
        reader.expect("version")?;
        number(reader)?
    } else {
        1
    };
    Ok(Function {
        flow,
        name,
        version,
        args,
        output,
    })
}

/// A path, or a text in quotes.
fn name(reader: &mut Reader<'_>) -> Result<String> {
    if reader.rest().starts_with('"') {
        return text(reader);
    }
    let mut name = reader.name()?;
    while reader.rest().starts_with("::") && reader.take("::") {
        name.push_str("::");
        name.push_str(&reader.name()?);
    }
    Ok(name)
}

fn number(reader: &mut Reader<'_>) -> Result<u32> {
    let word = reader.word().unwrap_or_default();
    match word.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => wrong(format!("`{word}` is no number of a version")),
    }
}

/// A text in quotes, as JSON writes it.
fn text(reader: &mut Reader<'_>) -> Result<String> {
    let rest = reader.rest();
    match quoted::read(rest) {
        Some((text, end)) => {
            reader.expect(&rest[..end])?;
            Ok(text)
        }
        _ => wrong("a text in quotes is missing"),
    }
}

fn column(reader: &mut Reader<'_>) -> Result<Column> {
    let name = reader.name()?;
    reader.expect(":")?;
    let shape = reader.shape()?;
    let mut column = Column::of(name, &shape);
    while reader.take(",") {
        let word = reader.word().unwrap_or_default();
        match word {
            "unique" => column.unique = true,
            "index" => column.index = true,
            "search" => column.search = true,
            "secret" => column.secret = true,
            "range" => column.range = Some(range(reader)?),
            "check" => column.check = Some(text(reader)?),
            "default" => column.default = Some(literal(reader)?),
            "was" => column.was = Some(reader.name()?),
            "dropped" => column.dropped.push(reader.name()?),
            other => {
                return wrong(format!("`{other}` is nothing that a column has"));
            }
        }
    }
    reader.end()?;
    Ok(column)
}

/// Takes what could be a number, up to a comma, a space or two dots.
fn digits<'a>(reader: &mut Reader<'a>) -> Result<&'a str> {
    let rest = reader.rest();
    let bytes = rest.as_bytes();
    let mut end = 0;
    while end < bytes.len() {
        let dots = bytes[end] == b'.' && bytes.get(end + 1) == Some(&b'.');
        if dots || !(bytes[end].is_ascii_alphanumeric() || b"+-.".contains(&bytes[end])) {
            break;
        }
        end += 1;
    }
    reader.expect(&rest[..end])?;
    Ok(&rest[..end])
}

fn range(reader: &mut Reader<'_>) -> Result<Range> {
    let bound = |text: &str| -> Result<Option<Bound>> {
        if text.is_empty() {
            return Ok(None);
        }
        match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) => Ok(Some(Bound::Integer(number))),
            (_, Ok(number)) => Ok(Some(Bound::Real(number))),
            _ => wrong(format!("`{text}` is no number")),
        }
    };
    let min = bound(digits(reader)?)?;
    reader.expect("..=")?;
    let max = bound(digits(reader)?)?;
    Ok(Range { min, max })
}

fn literal(reader: &mut Reader<'_>) -> Result<Literal> {
    if reader.rest().starts_with('"') {
        return text(reader).map(Literal::Text);
    }
    let number = digits(reader)?;
    if number == "null" {
        return Ok(Literal::Null);
    }
    if number == "bytes" {
        let digits = digits(reader)?;
        let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
        return match bytes {
            Some(bytes) => Ok(Literal::Blob(bytes)),
            None => wrong(format!("`{digits}` are no bytes")),
        };
    }
    match (number.parse::<i64>(), number.parse::<f64>()) {
        (Ok(number), _) => Ok(Literal::Integer(number)),
        // A float always has a point or an exponent, so words such as `inf` are none.
        (_, Ok(float)) if number.contains(['.', 'e']) => Ok(Literal::Real(float)),
        _ => wrong(format!("`{number}` is no value")),
    }
}
