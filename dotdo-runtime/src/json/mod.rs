//! JSON as text: values are encoded once, kept as they are and decoded straight into the type that is wanted.

mod place;

use std::fmt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::error::{Error, Result};

pub(crate) use place::in_field;

/// A JSON text that is known to be well-formed. Journals, events and messages carry these.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// Encodes a value.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        // What was just written as JSON need not be looked through again.
        let written = serde_json::value::to_raw_value(value);
        written
            .map(Self)
            .map_err(|e| Error::permanent(format_args!("the value cannot be written as JSON: {e}")))
    }

    /// Takes a text, checking that it is JSON.
    pub fn parse(text: String) -> Result<Self> {
        match RawValue::from_string(text) {
            Ok(raw) => Ok(Self(raw)),
            Err(e) => Err(Error::invalid_field("", format_args!("not JSON: {e}"))),
        }
    }

    /// `null`.
    pub fn null() -> Self {
        Self(RawValue::NULL.to_owned())
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        self.text() == "null"
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// Decodes into a type. The error names the field, what was wrong and what would be right.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        read(self.text())
    }

    /// The tree, for code that knows no type.
    pub fn tree(&self) -> serde_json::Value {
        serde_json::from_str(self.text()).unwrap_or(serde_json::Value::Null)
    }
}

/// Decodes a JSON text into a type. The error names the field, what was wrong and what would be right.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    place::begin();
    T::deserialize(&mut serde_json::Deserializer::from_str(text))
        .map_err(|error| misfit(text, &error))
}

/// What is said of a text that did not fit.
#[cold]
fn misfit(text: &str, error: &serde_json::Error) -> Error {
    let mut message = error.to_string();
    // The position means something only to somebody who sees the text as we do.
    if let Some(at) = message.rfind(" at line ") {
        message.truncate(at);
    }
    let mut path = place::of(text, error, &message);
    // serde points at the object that lacks a field, a person looks for the field.
    if let Some(field) = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'))
    {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(field);
        "is missing".clone_into(&mut message);
    }
    Error::invalid_field(path, message)
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
