//! The one error type a user meets, and the one table that maps its kinds to the outside.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The result of everything fallible in dotdo.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in a form that can be journaled, sent to another object and shown at a door.
///
/// Any [`std::error::Error`] converts into one with `?` and is then *retryable*, because most failures of the
/// outside world pass. A rule of the business that says no is a *refusal* ([`ensure!`](crate::ensure),
/// [`bail!`](crate::bail)): it is not retried, and a door answers 409.
///
/// ```
/// use dotdo_runtime::{Error, ErrorKind, Result};
///
/// fn port(text: &str) -> Result<u16> {
///     Ok(text.parse()?)
/// }
/// assert!(port("http").unwrap_err().is_retryable());
/// assert_eq!(Error::refused("the order is settled").kind(), ErrorKind::Refused);
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Inner {
    kind: ErrorKind,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldError>,
}

/// One field of the input that could not be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Where: a path such as `lines[2].quantity`; empty for the whole body.
    pub field: String,
    /// What was wrong and what would be right.
    pub message: String,
}

/// The kinds of failure. Each has one HTTP status and one exit code; see [`ErrorKind::status`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ErrorKind {
    /// The input does not fit: a missing field, a wrong type, an unknown verb option.
    Invalid,
    /// A rule of the business said no.
    Refused,
    /// There is no such thing, verb or route.
    NotFound,
    /// There was such a thing; it has been deleted.
    Gone,
    /// It exists already, or a unique value is taken.
    Conflict,
    /// The version named by `If-Match` is not the current one.
    Precondition,
    /// No access token, or a wrong one.
    Unauthorized,
    /// The method exists on another route only.
    MethodNotAllowed,
    /// The body is longer or deeper than the limits allow.
    TooLarge,
    /// The body is not JSON.
    Unsupported,
    /// Somebody ended it before it was done.
    Cancelled,
    /// It did not finish in its time limit.
    Timeout,
    /// Too busy now; try again after a while.
    Overloaded,
    /// A failure that may pass. This is what a foreign error becomes.
    Failed,
    /// A failure that will not pass.
    Permanent,
    /// The disk is full, read-only or broken.
    Storage,
    /// A defect in dotdo or a panic in user code.
    Internal,
}

/// One row of the table of kinds: HTTP status, process exit code, slug and title of the problem document.
type Row = (u16, u8, &'static str, &'static str);

impl ErrorKind {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::Invalid,
        Self::Refused,
        Self::NotFound,
        Self::Gone,
        Self::Conflict,
        Self::Precondition,
        Self::Unauthorized,
        Self::MethodNotAllowed,
        Self::TooLarge,
        Self::Unsupported,
        Self::Cancelled,
        Self::Timeout,
        Self::Overloaded,
        Self::Failed,
        Self::Permanent,
        Self::Storage,
        Self::Internal,
    ];

    const fn row(self) -> Row {
        match self {
            Self::Invalid => (422, 65, "invalid", "The input does not fit"),
            Self::Refused => (409, 1, "refused", "The business refuses this"),
            Self::NotFound => (404, 1, "not-found", "There is no such thing"),
            Self::Gone => (410, 1, "gone", "It has been deleted"),
            Self::Conflict => (409, 1, "conflict", "It exists already"),
            Self::Precondition => (
                412,
                1,
                "precondition-failed",
                "It has changed in the meantime",
            ),
            Self::Unauthorized => (401, 77, "unauthorized", "An access token is needed"),
            Self::MethodNotAllowed => (405, 64, "method-not-allowed", "Not with this method"),
            Self::TooLarge => (413, 65, "too-large", "The input is too large"),
            Self::Unsupported => (415, 65, "unsupported-media-type", "The body is not JSON"),
            Self::Cancelled => (409, 1, "cancelled", "It was cancelled"),
            Self::Timeout => (504, 75, "timeout", "It took too long"),
            Self::Overloaded => (503, 75, "overloaded", "Too busy right now"),
            Self::Failed => (502, 75, "failed", "Something outside failed"),
            Self::Permanent => (500, 1, "failed-for-good", "It failed for good"),
            Self::Storage => (507, 74, "storage", "The data could not be stored"),
            Self::Internal => (500, 70, "internal", "A defect"),
        }
    }

    /// The HTTP status a door answers with.
    pub const fn status(self) -> u16 {
        self.row().0
    }

    /// The exit code of a command that ends with this kind (after `sysexits.h` where one fits).
    pub const fn exit_code(self) -> u8 {
        self.row().1
    }

    /// The last part of the problem document's `type`.
    pub const fn slug(self) -> &'static str {
        self.row().2
    }

    /// The problem document's `title`.
    pub const fn title(self) -> &'static str {
        self.row().3
    }

    /// The kind with a slug.
    pub fn of_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Whether trying again may help.
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Failed | Self::Timeout | Self::Overloaded | Self::Storage
        )
    }
}

impl Error {
    /// An error of a kind, with a message in lower case that says what, where and what would be right.
    pub fn new(kind: ErrorKind, message: impl fmt::Display) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.to_string(),
            retry_after_ms: None,
            fields: Vec::new(),
        }))
    }

    /// The business says no. Not retried; 409 at the door.
    pub fn refused(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Refused, message)
    }

    /// The input does not fit.
    pub fn invalid(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// One field of the input does not fit.
    pub fn invalid_field(field: impl Into<String>, message: impl fmt::Display) -> Self {
        let (field, message) = (field.into(), message.to_string());
        let text = if field.is_empty() {
            message.clone()
        } else {
            format!("`{field}`: {message}")
        };
        let mut error = Self::invalid(text);
        error.0.fields.push(FieldError { field, message });
        error
    }

    /// Several fields of the input do not fit.
    pub fn invalid_fields(fields: Vec<FieldError>) -> Self {
        let texts: Vec<String> = fields
            .iter()
            .map(|e| {
                if e.field.is_empty() {
                    e.message.clone()
                } else {
                    format!("`{}`: {}", e.field, e.message)
                }
            })
            .collect();
        let mut error = Self::invalid(texts.join("; "));
        error.0.fields = fields;
        error
    }

    /// There is no such thing.
    pub fn not_found(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// Somebody ended it before it was done. Not retried.
    pub fn cancelled(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Cancelled, message)
    }

    /// A failure that will not pass, whatever its source: it is not retried.
    pub fn permanent(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Permanent, message)
    }

    /// A failure that may pass, and not before `after`.
    pub fn retry_after(after: Duration, message: impl fmt::Display) -> Self {
        let mut error = Self::new(ErrorKind::Failed, message);
        error.0.retry_after_ms = Some(u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
        error
    }

    /// A defect: something that cannot happen did.
    pub fn internal(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// The kind, from which status and exit code follow.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message, without its kind.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The fields that could not be accepted, if the input was at fault.
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// How long to wait before the next attempt, where the failing side said so.
    pub fn wait(&self) -> Option<Duration> {
        self.0.retry_after_ms.map(Duration::from_millis)
    }

    /// Whether trying again may help.
    pub fn is_retryable(&self) -> bool {
        self.kind().is_retryable()
    }

    /// The same failure, seen by somebody who should not try again (its retries are used up).
    pub(crate) fn exhausted(mut self) -> Self {
        if self.is_retryable() {
            self.0.kind = ErrorKind::Permanent;
        }
        self
    }

    /// The same error with `context: ` in front of its message.
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0.kind, self.0.message)
    }
}

impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

// `Error` itself is no `std::error::Error`, so that this conversion can exist beside `From<Error> for Error`.
impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // Many errors already print their source.
            if !message.ends_with(&text) {
                message = format!("{message}: {text}");
            }
            source = cause.source();
        }
        Self::new(ErrorKind::Failed, message)
    }
}

/// Refuses unless the condition holds: `ensure!(self.stage == Stage::Open, "order {} is settled", cx.id())`.
#[macro_export]
macro_rules! ensure {
    ($condition:expr $(,)?) => {
        if !$condition { return ::core::result::Result::Err($crate::Error::refused(concat!("this must hold: ", stringify!($condition)))); }
    };
    ($condition:expr, $($message:tt)+) => {
        if !$condition { return ::core::result::Result::Err($crate::Error::refused(format_args!($($message)+))); }
    };
}

/// Refuses: `bail!("order {} is settled", cx.id())`.
#[macro_export]
macro_rules! bail {
    ($($message:tt)+) => { return ::core::result::Result::Err($crate::Error::refused(format_args!($($message)+))) };
}
