//! Reads the canonical text of a shape.

use std::fmt;
use std::str::FromStr;

use super::{Member, Shape, WORDS};

/// How deep shapes may be nested in a text. No type that a person writes comes near it.
const DEEPEST: usize = 64;

/// Why a text is no shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError(String);

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseError {}

impl FromStr for Shape {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut reader = Reader::new(text);
        let shape = reader.shape()?;
        reader.end()?;
        Ok(shape)
    }
}

/// What is left of a text.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    /// What has not been read, without the space before it.
    pub fn rest(&self) -> &'a str {
        self.text[self.at..].trim_start()
    }

    pub fn error(problem: impl Into<String>) -> ParseError {
        ParseError(problem.into())
    }

    /// Refuses what is left.
    pub fn end(&self) -> Result<(), ParseError> {
        let rest = self.rest();
        if rest.is_empty() {
            return Ok(());
        }
        let word = self.clone().word().unwrap_or_else(|| {
            let mut chars = rest.char_indices();
            chars.next();
            &rest[..chars.next().map_or(rest.len(), |(end, _)| end)]
        });
        Err(Self::error(format!(
            "`{word}` is too much after `{}`",
            self.text[..self.at].trim()
        )))
    }

    /// Takes a sign, if it is next.
    pub fn take(&mut self, sign: &str) -> bool {
        let rest = self.rest();
        let found = rest.starts_with(sign);
        if found {
            self.at = self.text.len() - rest.len() + sign.len();
        }
        found
    }

    pub fn expect(&mut self, sign: &str) -> Result<(), ParseError> {
        if self.take(sign) {
            return Ok(());
        }
        let before = self.text[..self.at].trim();
        let place = if before.is_empty() {
            String::new()
        } else {
            format!(" after `{before}`")
        };
        Err(Self::error(format!("`{sign}` is missing{place}")))
    }

    /// Takes a name: letters, digits and `_`.
    pub fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let end = rest
            .char_indices()
            .find(|(_, c)| !(c.is_alphanumeric() || *c == '_'))
            .map_or(rest.len(), |(end, _)| end);
        if end == 0 {
            return None;
        }
        self.at = self.text.len() - rest.len() + end;
        Some(&rest[..end])
    }

    pub fn name(&mut self) -> Result<String, ParseError> {
        let before = self.text[..self.at].trim().to_owned();
        self.word()
            .map(str::to_owned)
            .ok_or_else(|| Self::error(format!("a name is missing after `{before}`")))
    }

    /// Takes a shape.
    pub fn shape(&mut self) -> Result<Shape, ParseError> {
        self.choice_or_shape(true)
    }

    fn choice_or_shape(&mut self, choice: bool) -> Result<Shape, ParseError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Self::error(format!(
                "this is nested deeper than {DEEPEST} levels"
            )));
        }
        let mut shape = if choice && self.take("|") {
            Shape::Choice(vec![self.name()?])
        } else if self.take("(") {
            let inner = self.shape()?;
            self.expect(")")?;
            inner
        } else {
            self.plain(choice)?
        };
        while self.take("?") {
            shape = Shape::Optional(Box::new(shape));
        }
        self.depth -= 1;
        Ok(shape)
    }

    fn plain(&mut self, choice: bool) -> Result<Shape, ParseError> {
        let Some(word) = self.word() else {
            let rest = self.rest();
            let problem = rest.chars().next().map_or_else(
                || "a shape is missing".to_owned(),
                |sign| format!("a shape is missing before `{sign}`"),
            );
            return Err(Self::error(problem));
        };
        if self.take("{") {
            return self.braces(word.to_owned());
        }
        if choice && self.rest().starts_with('|') {
            let mut names = vec![word.to_owned()];
            while self.take("|") {
                names.push(self.name()?);
            }
            return Ok(Shape::Choice(names));
        }
        match word {
            "ref" => return Ok(Shape::Reference(self.name()?)),
            "list" | "map" | "tuple" if self.take("<") => return self.brackets(word),
            _ => {}
        }
        if let Some((_, shape)) = WORDS.iter().find(|(name, _)| *name == word) {
            return Ok(shape.clone());
        }
        let near = crate::nearest(word, WORDS.iter().map(|(name, _)| *name))
            .map(|near| format!("; did you mean `{near}`?"))
            .unwrap_or_default();
        Err(Self::error(format!("`{word}` is no shape{near}")))
    }

    fn brackets(&mut self, word: &str) -> Result<Shape, ParseError> {
        let first = self.shape()?;
        let shape = match word {
            "list" => Shape::List(Box::new(first)),
            "map" => Shape::Map(Box::new(first)),
            _ => {
                let mut places = vec![first];
                while self.take(",") {
                    places.push(self.shape()?);
                }
                Shape::Tuple(places)
            }
        };
        self.expect(">")?;
        Ok(shape)
    }

    fn braces(&mut self, name: String) -> Result<Shape, ParseError> {
        if !self.rest().starts_with('|') {
            let members = self.members("}")?;
            return Ok(Shape::Record(name, members));
        }
        let mut variants = Vec::new();
        while self.take("|") {
            let name = self.name()?;
            let shape = if self.take(":") {
                self.choice_or_shape(false)?
            } else {
                Shape::Nothing
            };
            variants.push(Member {
                name,
                shape,
                optional: false,
            });
        }
        self.expect("}")?;
        Ok(Shape::OneOf(name, variants))
    }

    /// Takes `name: shape, …` and the sign that ends it.
    pub fn members(&mut self, end: &str) -> Result<Vec<Member>, ParseError> {
        let mut members = Vec::new();
        while !self.take(end) {
            if !members.is_empty() {
                self.expect(",")?;
            }
            let name = self.name()?;
            let (left_out, required) = (self.take("?"), self.take("!"));
            self.expect(":")?;
            let shape = self.shape()?;
            let optional = left_out || shape.is_optional() && !required;
            members.push(Member {
                name,
                shape,
                optional,
            });
        }
        Ok(members)
    }
}
