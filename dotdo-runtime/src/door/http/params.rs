//! The parameters of a query: each is taken once by who knows it, and what nobody took is refused.

use super::limits::Limits;
use super::problem::{Outcome, Problem};
use super::text::decode_query;
use crate::error::FieldError;

/// The parameters of a query that have not been taken, and what was wrong with those that have.
#[derive(Debug, Default)]
pub(super) struct Params {
    pairs: Vec<(String, String)>,
    known: Vec<String>,
    errors: Vec<FieldError>,
}

impl Params {
    /// Reads a query as it was sent.
    pub fn read(query: &str, limits: &Limits) -> Outcome<Self> {
        let mut pairs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((decode_query(name)?, decode_query(value)?));
        }
        if pairs.len() > limits.parameters {
            return Err(Problem::field(
                "",
                format_args!(
                    "the query has {} parameters; at most {} are read",
                    pairs.len(),
                    limits.parameters
                ),
            ));
        }
        Ok(Self {
            pairs,
            ..Self::default()
        })
    }

    /// Takes all values of a parameter.
    pub fn all(&mut self, name: &str) -> Vec<String> {
        self.known.push(name.to_owned());
        let (taken, left) = std::mem::take(&mut self.pairs)
            .into_iter()
            .partition(|(known, _)| known == name);
        self.pairs = left;
        let taken: Vec<(String, String)> = taken;
        taken.into_iter().map(|(_, value)| value).collect()
    }

    /// Takes a parameter that stands once at most.
    pub fn one(&mut self, name: &str) -> Option<String> {
        let mut values = self.all(name);
        if values.len() > 1 {
            self.wrong(name, "stands twice in the query; write it once");
        }
        values.pop()
    }

    /// Takes whatever is left, for who knows the names by a rule of its own.
    pub fn rest(&mut self) -> Vec<(String, String)> {
        std::mem::take(&mut self.pairs)
    }

    /// Takes a text that is not empty.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let text = self.one(name)?;
        if text.is_empty() {
            self.wrong(name, "is empty; leave it out or give it a value");
            return None;
        }
        Some(text)
    }

    /// Takes a whole number from `least` to `most`.
    pub fn number(&mut self, name: &str, least: u64, most: u64) -> Option<u64> {
        let text = self.one(name)?;
        match text.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => Some(number),
            Ok(_) if most == u64::MAX => {
                self.wrong(name, format!("must be at least {least}"));
                None
            }
            Ok(_) => {
                self.wrong(name, format!("must be from {least} to {most}"));
                None
            }
            Err(_) => {
                self.wrong(name, format!("expected a whole number, found `{text}`"));
                None
            }
        }
    }

    /// Takes the size of a page.
    pub fn limit(&mut self, default: u32) -> u32 {
        let number = self.number("limit", 1, u64::from(crate::store::things::MAX_LIMIT));
        number
            .and_then(|n| u32::try_from(n).ok())
            .unwrap_or(default)
    }

    /// Takes a parameter that is on (`?deleted`, `?deleted=true`) or off.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.one(name).as_deref() {
            None | Some("false") => false,
            Some("" | "true") => true,
            Some(other) => {
                self.wrong(name, format!("expected `true` or `false`, found `{other}`"));
                false
            }
        }
    }

    /// Takes one of these words.
    pub fn word(&mut self, name: &str, words: &[&str]) -> Option<String> {
        let text = self.one(name)?;
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        self.wrong(
            name,
            format!("`{text}` is none; there are {}", words.join(", ")),
        );
        None
    }

    /// Notes that a parameter does not fit.
    pub fn wrong(&mut self, name: &str, message: impl Into<String>) {
        let message = message.into();
        let name = name.to_owned();
        if !self.errors.iter().any(|e| e.field == name) {
            self.errors.push(FieldError {
                field: name,
                message,
            });
        }
    }

    /// Refuses if a parameter did not fit or nobody knew it.
    pub fn finish(mut self) -> Outcome<()> {
        let known = std::mem::take(&mut self.known);
        for (name, _) in self.rest() {
            let near = dotdo_core::nearest(&name, known.iter().map(String::as_str));
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "there are none here".to_owned(),
                None => format!("there are {}", known.join(", ")),
            };
            self.wrong(&name, format!("there is no such parameter; {hint}"));
        }
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Problem::fields(self.errors))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(query: &str) -> Params {
        Params::read(query, &Limits::default()).unwrap()
    }

    #[test]
    fn what_nobody_takes_is_refused() {
        let mut params = read("limit=7&deleted&lmit=2");
        assert_eq!(params.limit(50), 7);
        assert!(params.flag("deleted"));
        assert_eq!(
            params.finish().unwrap_err().detail(),
            "`lmit`: there is no such parameter; did you mean `limit`?"
        );
        assert!(read("").finish().is_ok());
        assert!(read("&&").finish().is_ok());
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let mut params = read("limit=x&deleted=maybe&after=&after=1");
        params.limit(50);
        params.flag("deleted");
        params.text("after");
        let problem = params.finish().unwrap_err();
        let document: serde_json::Value =
            serde_json::from_str(problem.response("", "/").text()).unwrap();
        let fields: Vec<_> = document["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["field"].as_str().unwrap())
            .collect();
        assert_eq!(fields, ["limit", "deleted", "after"]);
    }

    #[test]
    fn a_limit_has_limits() {
        for (query, limit) in [
            ("limit=0", None),
            ("limit=1", Some(1)),
            ("limit=1000", Some(1000)),
            ("limit=1001", None),
            ("limit=-1", None),
        ] {
            let mut params = read(query);
            let found = params.limit(50);
            assert_eq!(params.finish().ok().map(|()| found), limit, "{query}");
        }
    }

    proptest! {
        #[test]
        fn no_query_panics(query in "\\PC*") {
            if let Ok(params) = Params::read(&query, &Limits::default()) {
                let _ = params.finish();
            }
        }
    }
}
