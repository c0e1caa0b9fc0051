//! Requests to the outside world, for steps: one client that is the same on every host.
//!
//! It belongs in `#[durable]` functions, whose retries, time limits and keys make it safe.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::effect::StepKey;
use crate::error::{Error, ErrorKind, Result};
use crate::json;

/// The most that a response may bring, in bytes.
pub const MAX_BODY: usize = 32 * 1024 * 1024;

/// A request to be sent.
///
/// ```
/// use dotdo_runtime::{Result, http};
///
/// async fn rate(currency: &str) -> Result<f64> {
///     let url = format!("https://rates.example/{currency}");
///     http::get(url).send().await?.ok()?.json()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// Where to: `http://…` or `https://…`.
    pub url: String,
    /// The header fields.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there is none.
    pub body: Vec<u8>,
}

/// A `GET` request.
pub fn get(url: impl Into<String>) -> Request {
    Request::new("GET", url)
}

/// A `POST` request.
pub fn post(url: impl Into<String>) -> Request {
    Request::new("POST", url)
}

/// A `PUT` request.
pub fn put(url: impl Into<String>) -> Request {
    Request::new("PUT", url)
}

/// A `PATCH` request.
pub fn patch(url: impl Into<String>) -> Request {
    Request::new("PATCH", url)
}

/// A `DELETE` request.
pub fn delete(url: impl Into<String>) -> Request {
    Request::new("DELETE", url)
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The same request with a header field more.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same request with the access token of the other side.
    pub fn bearer(self, token: impl fmt::Display) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// The same request with the key of the step that is being run, by which the other side can tell a repetition.
    ///
    /// # Panics
    ///
    /// Outside a `#[durable]` function, where there is none.
    pub fn idempotent(self) -> Self {
        self.header("idempotency-key", StepKey::current().to_string())
    }

    /// The same request with these bytes as its body.
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = bytes.into();
        self
    }

    /// The same request with a value as its body, as JSON.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Result<Self> {
        let text = json::Json::of(value)?;
        Ok(self
            .header("content-type", "application/json")
            .body(text.text()))
    }

    /// Sends it and waits for the response. Whatever its status, a response is one: [`Response::ok`] makes those that
    /// are none errors. Redirects are not followed.
    ///
    /// That the other side cannot be reached is an error of the kind `Failed`, which a step's retries take care of.
    pub async fn send(self) -> Result<Response> {
        let scheme = self.url.split_once("://").map(|(scheme, _)| scheme);
        if !matches!(scheme, Some("http" | "https")) {
            return Err(Error::permanent(format_args!(
                "`{}` is no URL; one begins with `https://` or `http://`",
                without_query(&self.url)
            )));
        }
        let name = format!("{} {}", self.method, without_query(&self.url));
        let mut response = crate::host::fetch(self)
            .await
            .map_err(|e| e.context(&name))?;
        response.name = name;
        Ok(response)
    }
}

/// The URL for messages: what follows the `?` may be secret.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// A response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What it answers.
    pub(crate) name: String,
}

impl Response {
    /// The first header field of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The response if it is a good one, with a status from 200 to 299. Otherwise an error: one that passes for 408, 429
    /// and from 500 on, where `Retry-After` is heeded, and one that does not for the rest.
    pub fn ok(self) -> Result<Self> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        let said: String = self.text().chars().take(300).collect();
        let text = format!(
            "{}: it answers {}{}{said}",
            self.name,
            self.status,
            if said.is_empty() { "" } else { ": " }
        );
        let seconds = self.header("retry-after").and_then(|s| s.parse().ok());
        Err(match (self.status, seconds) {
            (408 | 429 | 500.., Some(seconds)) => {
                Error::retry_after(Duration::from_secs(seconds), text)
            }
            (408 | 429 | 500.., None) => Error::new(ErrorKind::Failed, text),
            _ => Error::permanent(text),
        })
    }

    /// The body as text; what is no text in it is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        json::read(&self.text()).map_err(|e| {
            Error::permanent(format_args!(
                "{}: the answer is not what was expected: {}",
                self.name,
                e.message()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Response;
    use crate::error::ErrorKind;

    fn answers(status: u16, headers: &[(&str, &str)]) -> Response {
        Response {
            status,
            headers: headers
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: b"so sorry".to_vec(),
            name: "GET https://a.example/b".to_owned(),
        }
    }

    #[test]
    fn a_bad_status_is_an_error_that_passes_or_does_not() {
        assert!(answers(204, &[]).ok().is_ok());
        for status in [408, 429, 500, 503] {
            let error = answers(status, &[]).ok().unwrap_err();
            assert!(error.is_retryable(), "{status}");
        }
        for status in [301, 400, 401, 404, 422] {
            let error = answers(status, &[]).ok().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Permanent, "{status}");
            assert_eq!(
                error.message(),
                format!("GET https://a.example/b: it answers {status}: so sorry")
            );
        }
        let error = answers(503, &[("retry-after", "7")]).ok().unwrap_err();
        assert_eq!(error.wait(), Some(std::time::Duration::from_secs(7)));
    }

    #[test]
    fn an_answer_that_is_not_what_was_expected_says_so() {
        let error = answers(200, &[]).json::<u8>().unwrap_err();
        assert!(
            error
                .message()
                .starts_with("GET https://a.example/b: the answer is not what was expected: "),
            "{}",
            error.message()
        );
    }
}
