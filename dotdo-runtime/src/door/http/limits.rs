//! How much a request may bring.

use memchr::memchr2;

use super::message::HttpRequest;
use super::problem::{Outcome, Problem};
use crate::error::ErrorKind;

/// How much a request may bring. What is longer or deeper is refused before it is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest body, in bytes. A host should stop reading soon after it.
    pub body: usize,
    /// How deep arrays and objects of a body may be nested.
    pub depth: usize,
    /// The longest path and query together, in bytes.
    pub target: usize,
    /// The most parameters of a query.
    pub parameters: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1024 * 1024,
            depth: 64,
            target: 8192,
            parameters: 100,
        }
    }
}

impl Limits {
    /// Checks what can be checked without knowing the route.
    pub(super) fn check(&self, request: &HttpRequest) -> Outcome<()> {
        let target = request.path.len() + request.query.len();
        if target > self.target {
            let detail = format!(
                "path and query have {target} bytes; at most {} are read",
                self.target
            );
            return Err(Problem::of(ErrorKind::TooLarge, detail).with_status(414));
        }
        if request.body.len() > self.body {
            return Err(self.body_too_long());
        }
        Ok(())
    }

    /// The refusal of a body that is too long.
    pub(super) fn body_too_long(&self) -> Problem {
        Problem::of(
            ErrorKind::TooLarge,
            format_args!("the body is too long; at most {} bytes are read", self.body),
        )
    }

    /// The body as JSON text of bearable depth; not yet known to be JSON.
    pub(super) fn text<'a>(&self, body: &'a [u8]) -> Outcome<&'a str> {
        let text = std::str::from_utf8(body).map_err(|e| {
            Problem::malformed(format_args!(
                "the body is not UTF-8: byte {} begins no character",
                e.valid_up_to()
            ))
        })?;
        if let Some(at) = too_deep(text, self.depth) {
            return Err(Problem::of(
                ErrorKind::TooLarge,
                format_args!(
                    "the body is nested deeper than {} levels at byte {at}",
                    self.depth
                ),
            ));
        }
        Ok(text)
    }
}

/// The byte at which a JSON text becomes deeper than `limit`. Brackets within strings do not count.
fn too_deep(text: &str, limit: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at += string(&bytes[at + 1..]),
            b'{' | b'[' => {
                depth += 1;
                if depth > limit {
                    return Some(at);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The length of a string whose first quote is behind us, with its last one. Most of a body is in strings, so they are
/// searched through rather than looked at byte by byte.
fn string(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += next + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn depth_counts_brackets_outside_strings() {
        assert_eq!(too_deep(r#"{"a":[{}]}"#, 3), None);
        assert_eq!(too_deep(r#"{"a":[{}]}"#, 2), Some(6));
        assert_eq!(too_deep(r#"{"a":"[[[["}"#, 1), None);
        assert_eq!(too_deep(r#"{"a\"[[":1}"#, 1), None);
        assert_eq!(too_deep(r#"["\\",[]]"#, 1), Some(6));
        assert_eq!(too_deep(&"[]".repeat(100), 1), None);
    }

    #[test]
    fn limits_are_told() {
        let limits = Limits::default();
        let long = HttpRequest::new("GET", &format!("/{}", "a".repeat(9000)));
        assert_eq!(limits.check(&long).unwrap_err().status(), 414);
        let body = HttpRequest {
            body: vec![b' '; 1024 * 1024 + 1],
            ..HttpRequest::default()
        };
        assert_eq!(limits.check(&body).unwrap_err().status(), 413);
        assert_eq!(limits.text(b"{\xff}").unwrap_err().status(), 400);
        assert_eq!(
            limits.text("[".repeat(65).as_bytes()).unwrap_err().status(),
            413
        );
    }

    proptest! {
        #[test]
        fn the_depth_of_json_is_what_serde_finds(depth in 1_usize..20, limit in 1_usize..20) {
            let text = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            prop_assert_eq!(too_deep(&text, limit).is_some(), depth > limit);
        }

        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Limits::default().text(&body);
        }
    }
}
