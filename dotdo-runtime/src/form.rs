//! What people fill in: a `#[form]` as constants, its JSON Schema, and the check of an answer.
//!
//! One type gives all three, so what a web page or a model is told to ask for is what is accepted, and what is
//! accepted is what the flow gets.

use serde_json::{Map, Value as Tree, json};

use crate::error::{Error, FieldError, Result};
use crate::json::Json;
use crate::store::things::members;
use crate::value::{Shape, Value};

/// What a person can be asked to fill in: a struct with `#[form]`.
///
/// ```
/// # use dotdo_runtime as dotdo;
/// fn asks_for<F: dotdo::Form>() -> serde_json::Value {
///     F::FORM.schema()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no form that a person can fill in",
    label = "this type is no form",
    note = "a form is a struct of yours with `#[form]` above it, such as `#[form] struct Review {{ release: bool }}`"
)]
pub trait Form: Value {
    /// The form as constants.
    const FORM: &'static FormDef;
}

/// A form as constants.
#[derive(Debug)]
pub struct FormDef {
    /// The name of the struct.
    pub name: &'static str,
    /// What stands above it.
    pub title: &'static str,
    /// Its documentation.
    pub doc: &'static str,
    /// Its fields.
    pub fields: &'static [FormField],
    /// What is demanded of the whole.
    #[doc(hidden)]
    pub rules: &'static [FormRule],
    /// Reads and writes an answer: defaults are filled in.
    #[doc(hidden)]
    pub normal: fn(&Json) -> Result<Json>,
}

/// One field of a form.
#[derive(Debug)]
pub struct FormField {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// Whether it may be left out although it has no default.
    pub optional: bool,
    /// Its documentation; the first line is its label.
    pub doc: &'static str,
    /// The least and the greatest number.
    pub range: Option<(Option<f64>, Option<f64>)>,
    /// The least and the greatest number of characters or entries.
    pub length: Option<(Option<u32>, Option<u32>)>,
    /// What it is if it is left out.
    #[doc(hidden)]
    pub default: Option<fn() -> Result<Json>>,
    #[doc(hidden)]
    pub rules: &'static [FormRule],
    #[doc(hidden)]
    pub fits: fn(&Json) -> Result<()>,
}

/// A condition, and what to say when it does not hold.
#[doc(hidden)]
#[derive(Debug)]
pub struct FormRule {
    pub holds: fn(&Json) -> Result<bool>,
    pub message: &'static str,
}

#[doc(hidden)]
pub fn normal_form<F: Form>(json: &Json) -> Result<Json> {
    Json::of(&json.read::<F>()?)
}

impl FormField {
    #[doc(hidden)]
    pub const fn of<T: Value>(name: &'static str) -> Self {
        Self::new(name, T::SHAPE, T::NULLABLE, T::fits)
    }

    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        shape: Shape,
        optional: bool,
        fits: fn(&Json) -> Result<()>,
    ) -> Self {
        Self {
            name,
            shape,
            optional,
            doc: "",
            range: None,
            length: None,
            default: None,
            rules: &[],
            fits,
        }
    }

    /// What stands beside the field: the first line of its documentation, or its name in words.
    pub fn label(&self) -> String {
        match self.doc.lines().next().filter(|line| !line.is_empty()) {
            Some(line) => line.strip_suffix('.').unwrap_or(line).to_owned(),
            None => in_words(self.name),
        }
    }

    /// What may be written into it, in words.
    pub fn expected(&self) -> String {
        let what = self.shape.expected();
        let limits = match (self.range, self.length) {
            (Some((low, high)), _) => between(low, high, ""),
            (_, Some((low, high))) => between(low, high, self.unit()),
            (None, None) => String::new(),
        };
        format!("{what}{limits}")
    }

    fn unit(&self) -> &'static str {
        match inner(self.shape) {
            Shape::Text => " characters",
            _ => " entries",
        }
    }

    fn schema(&self) -> Tree {
        let mut schema = match inner(self.shape) {
            // A list of texts to choose from is a field of its own kind in most user interfaces.
            shape @ Shape::Choice(..) => {
                let mut schema = shape.schema();
                schema["type"] = "string".into();
                schema
            }
            shape => shape.schema(),
        };
        schema["title"] = self.label().into();
        if !self.doc.is_empty() {
            schema["description"] = self.doc.into();
        }
        if let Some(Ok(default)) = self.default.map(|default| default()) {
            schema["default"] = default.tree();
        }
        let limits = match (self.range, self.length) {
            (Some((low, high)), _) => Some(("minimum", number(low), "maximum", number(high))),
            (_, Some((low, high))) => {
                let (low, high) = (low.map(Tree::from), high.map(Tree::from));
                Some(match inner(self.shape) {
                    Shape::Text => ("minLength", low, "maxLength", high),
                    Shape::Map(_) => ("minProperties", low, "maxProperties", high),
                    _ => ("minItems", low, "maxItems", high),
                })
            }
            (None, None) => None,
        };
        if let Some((least, low, greatest, high)) = limits {
            for (name, bound) in [(least, low), (greatest, high)] {
                if let Some(bound) = bound {
                    schema[name] = bound;
                }
            }
        }
        schema
    }

    /// What is wrong with a value, one sentence for each mistake.
    fn check(&self, json: &Json) -> Vec<FieldError> {
        if let Err(error) = (self.fits)(json) {
            return vec![self.misfit(json, &error)];
        }
        let wrong = |message: String| FieldError {
            field: self.name.to_owned(),
            message,
        };
        let tree = json.tree();
        let limits = [
            self.range
                .zip(as_number(&tree))
                .map(|((low, high), n)| low.is_none_or(|l| n >= l) && high.is_none_or(|h| n <= h)),
            self.length.zip(as_length(&tree)).map(|((low, high), n)| {
                low.is_none_or(|l| n >= l as usize) && high.is_none_or(|h| n <= h as usize)
            }),
        ];
        let mut errors = Vec::new();
        if limits.contains(&Some(false)) {
            errors.push(wrong(format!(
                "expected {}, found {}",
                self.expected(),
                found(json)
            )));
        }
        errors.extend(
            self.rules
                .iter()
                .filter_map(|rule| rule.broken(json))
                .map(wrong),
        );
        errors
    }

    /// The error of a value of another type, which may lie within the value.
    fn misfit(&self, json: &Json, error: &Error) -> FieldError {
        match error.fields().first().filter(|e| !e.field.is_empty()) {
            Some(inside) => FieldError {
                field: format!("{}.{}", self.name, inside.field),
                message: inside.message.clone(),
            },
            None => FieldError {
                field: self.name.to_owned(),
                message: format!("expected {}, found {}", self.expected(), found(json)),
            },
        }
    }
}

impl FormRule {
    /// What to say, if it does not hold.
    fn broken(&self, json: &Json) -> Option<String> {
        match (self.holds)(json) {
            Ok(true) => None,
            Ok(false) => Some(self.message.to_owned()),
            // A condition that panics has not held.
            Err(error) => Some(format!("{} ({error})", self.message)),
        }
    }
}

impl FormDef {
    /// The JSON Schema (2020-12) of an answer. A form of plain fields is flat, as MCP's elicitation wants it.
    pub fn schema(&self) -> Tree {
        let mut properties = Map::new();
        for field in self.fields {
            properties.insert(field.name.to_owned(), field.schema());
        }
        let required: Vec<&str> = self
            .fields
            .iter()
            .filter(|field| !field.optional && field.default.is_none())
            .map(|field| field.name)
            .collect();
        let mut schema = json!({
            "title": self.title,
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        });
        if !self.doc.is_empty() {
            schema["description"] = self.doc.into();
        }
        schema
    }

    /// Checks an answer and gives it as the flow will see it: defaults filled in, fields in order. Every mistake is
    /// told, by its field.
    pub fn read(&self, answer: &Json) -> Result<Json> {
        let given = members(answer).map_err(|_| {
            Error::invalid_field(
                "",
                format_args!(
                    "an answer is a JSON object such as {}, found {}",
                    self.example(),
                    found(answer)
                ),
            )
        })?;
        let mut errors = Vec::new();
        for (place, (name, _)) in given.iter().enumerate() {
            let message = if !self.fields.iter().any(|field| field.name == name) {
                self.unknown(name)
            } else if given[..place].iter().any(|(before, _)| before == name) {
                "stands twice in the answer; write it once".to_owned()
            } else {
                continue;
            };
            errors.push(FieldError {
                field: name.clone(),
                message,
            });
        }
        for field in self.fields {
            match given.iter().find(|(name, _)| name == field.name) {
                Some((_, text)) => {
                    let value = Json::parse(text.get().to_owned())?;
                    if !(field.optional && value.is_null()) {
                        errors.extend(field.check(&value));
                    }
                }
                None if field.optional || field.default.is_some() => {}
                None => errors.push(FieldError {
                    field: field.name.to_owned(),
                    message: format!("is missing; expected {}", field.expected()),
                }),
            }
        }
        // What is demanded of the whole can be asked only of something whole.
        if errors.is_empty() {
            let broken = self.rules.iter().filter_map(|rule| rule.broken(answer));
            errors.extend(broken.map(|message| FieldError {
                field: String::new(),
                message,
            }));
        }
        if errors.is_empty() {
            (self.normal)(answer)
        } else {
            Err(Error::invalid_fields(errors))
        }
    }

    fn unknown(&self, name: &str) -> String {
        let known: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
        match dotdo_core::nearest(name, known.iter().copied()) {
            Some(near) => format!("the form has no such field; did you mean `{near}`?"),
            None if known.is_empty() => "the form has no fields".to_owned(),
            None => format!("the form has no such field; it has {}", known.join(", ")),
        }
    }

    fn example(&self) -> String {
        match self.fields.first() {
            Some(field) => format!("{{\"{}\": …}}", field.name),
            None => "{}".to_owned(),
        }
    }
}

/// The shape without the `Option` around it.
fn inner(shape: Shape) -> Shape {
    match shape {
        Shape::Optional(within) => inner(*within),
        shape => shape,
    }
}

/// `valid_until` as `Valid until`.
fn in_words(name: &str) -> String {
    let words = name.trim_matches('_').replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn between<T: std::fmt::Display>(low: Option<T>, high: Option<T>, unit: &str) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!(" from {low} to {high}{unit}"),
        (Some(low), None) => format!(" from {low}{unit}"),
        (None, Some(high)) => format!(" up to {high}{unit}"),
        (None, None) => String::new(),
    }
}

fn number(bound: Option<f64>) -> Option<Tree> {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "only whole numbers become integers"
    )]
    bound.map(|n| {
        if n.fract() == 0.0 && n.abs() < 9.0e15 {
            Tree::from(n as i64)
        } else {
            Tree::from(n)
        }
    })
}

/// A number, or a decimal, which is a text so that no digit is lost.
fn as_number(value: &Tree) -> Option<f64> {
    match value {
        Tree::Number(n) => n.as_f64(),
        Tree::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn as_length(value: &Tree) -> Option<usize> {
    match value {
        Tree::String(text) => Some(text.chars().count()),
        Tree::Array(items) => Some(items.len()),
        Tree::Object(members) => Some(members.len()),
        _ => None,
    }
}

/// What was given, shortened: a long text would hide what is wrong with it.
fn found(json: &Json) -> String {
    let mut shown: String = json.text().chars().take(60).collect();
    if shown.len() < json.text().len() {
        shown.push('…');
    }
    format!("`{shown}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    static REVIEW: FormDef = FormDef {
        name: "Review",
        title: "Risk review",
        doc: "What the reviewer fills in.",
        fields: &[
            FormField {
                doc: "Release this order?\nOnce and for all.",
                ..FormField::of::<bool>("release")
            },
            FormField {
                length: Some((Some(3), Some(10))),
                ..FormField::of::<Option<String>>("note_for_all")
            },
            FormField {
                default: Some(|| Json::of(&3)),
                range: Some((Some(1.0), Some(5.0))),
                rules: &[FormRule {
                    holds: |json| i64::holds(json, |n| n % 2 == 1),
                    message: "an odd number",
                }],
                ..FormField::of::<i64>("stars")
            },
        ],
        rules: &[FormRule {
            holds: |json| Ok(json.text().contains("true") || json.text().contains("note_for_all")),
            message: "say why it is held back",
        }],
        normal: |json| Ok(json.clone()),
    };

    fn read(text: &str) -> Result<String, String> {
        REVIEW
            .read(&Json::parse(text.to_owned()).unwrap())
            .map(|json| json.text().to_owned())
            .map_err(|e| e.message().to_owned())
    }

    #[test]
    fn a_schema_says_what_is_accepted() {
        assert_eq!(
            REVIEW.schema(),
            json!({
                "title": "Risk review",
                "description": "What the reviewer fills in.",
                "type": "object",
                "properties": {
                    "release": {"type": "boolean", "title": "Release this order?", "description": "Release this order?\nOnce and for all."},
                    "note_for_all": {"type": "string", "title": "Note for all", "minLength": 3, "maxLength": 10},
                    "stars": {"type": "integer", "title": "Stars", "default": 3, "minimum": 1, "maximum": 5},
                },
                "required": ["release"],
                "additionalProperties": false,
            })
        );
    }

    #[test]
    fn every_mistake_is_told_by_its_field() {
        assert!(read(r#"{"release":true}"#).is_ok());
        assert!(read(r#"{"release":false,"note_for_all":"too dear","stars":5}"#).is_ok());
        assert_eq!(
            read(r#"{"relase":true,"note_for_all":"no","stars":6}"#).unwrap_err(),
            "`relase`: the form has no such field; did you mean `release`?; `release`: is missing; expected `true` or `false`; \
             `note_for_all`: expected a text from 3 to 10 characters, found `\"no\"`; \
             `stars`: expected a whole number from 1 to 5, found `6`; `stars`: an odd number"
        );
        assert_eq!(
            read(r#"{"release":"yes"}"#).unwrap_err(),
            "`release`: expected `true` or `false`, found `\"yes\"`"
        );
        assert_eq!(
            read(r#"{"release":true,"release":false}"#).unwrap_err(),
            "`release`: stands twice in the answer; write it once"
        );
        assert_eq!(
            read(r#"{"release":false}"#).unwrap_err(),
            "say why it is held back"
        );
        assert_eq!(
            read("true").unwrap_err(),
            "an answer is a JSON object such as {\"release\": …}, found `true`"
        );
    }

    #[test]
    fn an_optional_field_may_be_null() {
        assert!(read(r#"{"release":true,"note_for_all":null}"#).is_ok());
    }
}
