//! Refusals as problem documents (RFC 9457).

use std::fmt;

use serde_json::json;

use super::message::HttpResponse;
use crate::error::{Error, ErrorKind, FieldError};

/// What a room of the door gives: something to go on with, or a refusal.
pub(super) type Outcome<T> = Result<T, Problem>;

/// A refusal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Problem(Box<Document>);

/// What it says. It is passed on wherever something can be refused, so it is in a box.
#[derive(Clone, Debug, PartialEq)]
struct Document {
    status: u16,
    slug: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(&'static str, String)>,
}

/// The kinds of refusal that only HTTP knows: status, slug and title.
const MALFORMED: (u16, &str, &str) = (400, "malformed", "The request cannot be read");
const CROSS_SITE: (u16, &str, &str) = (403, "cross-site", "Another site's page may not do this");
const MISDIRECTED: (u16, &str, &str) = (421, "misdirected", "This business has another address");

/// The kinds of failure, for the page that explains them.
const KINDS: [ErrorKind; 17] = [
    ErrorKind::Invalid,
    ErrorKind::Refused,
    ErrorKind::NotFound,
    ErrorKind::Gone,
    ErrorKind::Conflict,
    ErrorKind::Precondition,
    ErrorKind::Unauthorized,
    ErrorKind::MethodNotAllowed,
    ErrorKind::TooLarge,
    ErrorKind::Unsupported,
    ErrorKind::Cancelled,
    ErrorKind::Timeout,
    ErrorKind::Overloaded,
    ErrorKind::Failed,
    ErrorKind::Permanent,
    ErrorKind::Storage,
    ErrorKind::Internal,
];

/// Every kind of refusal: status, slug and title.
pub(super) fn kinds() -> impl Iterator<Item = (u16, &'static str, &'static str)> {
    let known = KINDS
        .into_iter()
        .map(|kind| (kind.status(), kind.slug(), kind.title()));
    [MALFORMED, CROSS_SITE, MISDIRECTED]
        .into_iter()
        .chain(known)
}

/// The address of a kind of refusal.
pub(super) fn type_of(origin: &str, slug: &str) -> String {
    format!("{origin}/$problems/{slug}")
}

impl Problem {
    fn new(
        (status, slug, title): (u16, &'static str, &'static str),
        detail: impl fmt::Display,
    ) -> Self {
        Self(Box::new(Document {
            status,
            slug,
            title,
            detail: detail.to_string(),
            errors: Vec::new(),
            headers: Vec::new(),
        }))
    }

    /// A refusal of a kind.
    pub fn of(kind: ErrorKind, detail: impl fmt::Display) -> Self {
        Self::new((kind.status(), kind.slug(), kind.title()), detail)
    }

    /// The bytes are no HTTP, UTF-8 or JSON.
    pub fn malformed(detail: impl fmt::Display) -> Self {
        Self::new(MALFORMED, detail)
    }

    /// A page of another site tries to change something.
    pub fn cross_site(detail: impl fmt::Display) -> Self {
        Self::new(CROSS_SITE, detail)
    }

    /// The host name is not one of this business's.
    pub fn misdirected(detail: impl fmt::Display) -> Self {
        Self::new(MISDIRECTED, detail)
    }

    /// There is no such route or thing.
    pub fn not_found(detail: impl fmt::Display) -> Self {
        Self::of(ErrorKind::NotFound, detail)
    }

    /// One field or parameter does not fit.
    pub fn field(field: impl Into<String>, message: impl fmt::Display) -> Self {
        Error::invalid_field(field, message).into()
    }

    /// Fields or parameters that do not fit; there is at least one.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let detail: Vec<String> = errors
            .iter()
            .map(|e| {
                if e.field.is_empty() {
                    e.message.clone()
                } else {
                    format!("`{}`: {}", e.field, e.message)
                }
            })
            .collect();
        let mut problem = Self::of(ErrorKind::Invalid, detail.join("; "));
        problem.0.errors = errors;
        problem
    }

    /// The same refusal with a status of its own.
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = status;
        self
    }

    /// The same refusal with a header field more.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.headers.push((name, value.into()));
        self
    }

    /// What was wrong, where, and what would be right.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The status code.
    #[cfg(test)]
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// The refusal as a document about the request for the path `instance`, if that is known.
    pub fn response(self, origin: &str, instance: &str) -> HttpResponse {
        let said = *self.0;
        let mut document = json!({
            "type": type_of(origin, said.slug),
            "title": said.title,
            "status": said.status,
            "detail": said.detail,
        });
        if !instance.is_empty() {
            document["instance"] = instance.into();
        }
        if !said.errors.is_empty() {
            document["errors"] = json!(said.errors);
        }
        let media = "application/problem+json";
        let mut response = HttpResponse::typed(said.status, media, document.to_string())
            .with("cache-control", "no-store");
        for (name, value) in said.headers {
            response = response.with(name, value);
        }
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let mut problem = Self::of(error.kind(), error.message());
        problem.0.errors = error.fields().to_vec();
        let wait = error.wait().map(|wait| wait.as_millis().div_ceil(1000));
        match (wait, error.kind()) {
            (Some(seconds), _) => problem.with("retry-after", seconds.max(1).to_string()),
            (None, ErrorKind::Overloaded) => problem.with("retry-after", "1"),
            _ => problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_problem_names_fields_and_waits() {
        let problem: Problem = Error::invalid_field("email", "is missing").into();
        let response = problem.response("https://shop.example", "/Customer");
        assert_eq!(response.status, 422);
        assert_eq!(
            response.header("content-type"),
            Some("application/problem+json")
        );
        let document: serde_json::Value = serde_json::from_str(response.text()).unwrap();
        assert_eq!(document["type"], "https://shop.example/$problems/invalid");
        assert_eq!(document["instance"], "/Customer");
        assert_eq!(document["errors"][0]["field"], "email");

        let problem: Problem = Error::retry_after(Duration::from_millis(1500), "busy").into();
        assert_eq!(problem.response("", "/").header("retry-after"), Some("2"));
        let problem: Problem = Error::new(ErrorKind::Overloaded, "busy").into();
        assert_eq!(problem.response("", "/").header("retry-after"), Some("1"));
    }

    #[test]
    fn slugs_are_told_apart() {
        let mut slugs: Vec<_> = kinds().map(|(_, slug, _)| slug).collect();
        let count = slugs.len();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), count);
    }
}
