//! Percent-encoding, each text decoded exactly once.

use dotdo_core::identity::check_id;

use super::problem::{Outcome, Problem};

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// The byte that an escape at this place stands for.
fn escape(bytes: &[u8], at: usize) -> Option<u8> {
    let (high, low) = (*bytes.get(at + 1)?, *bytes.get(at + 2)?);
    (bytes[at] == b'%').then_some(hex(high)? * 16 + hex(low)?)
}

/// Decodes the escapes whose byte `wanted` accepts; a `%` that begins none stays as it is.
fn decode_where(raw: &str, wanted: impl Fn(u8) -> bool) -> Outcome<String> {
    if !raw.contains('%') {
        return Ok(raw.to_owned());
    }
    let bytes = raw.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if let Some(byte) = escape(bytes, at).filter(|&byte| wanted(byte)) {
            decoded.push(byte);
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(decoded).map_err(|_| {
        Problem::malformed(format_args!(
            "`{raw}` is not UTF-8 once its percent escapes are decoded"
        ))
    })
}

/// Decodes one segment of a path.
///
/// What an id cannot have but as an escape (`/`, `?`, `#`, white space) stays one: `%2F` is part of an id, and never
/// separates two segments.
pub(super) fn decode_segment(raw: &str) -> Outcome<String> {
    decode_where(raw, |byte| {
        !matches!(byte, b'/' | b'?' | b'#' | b' ' | 0..0x20 | 0x7f)
    })
}

/// Decodes a name or a value of a query, where `+` is a space.
pub(super) fn decode_query(raw: &str) -> Outcome<String> {
    decode_where(&raw.replace('+', " "), |_| true)
}

/// A text as one segment of a path or one value of a query, in ASCII: decoding it gives the text back.
pub(crate) fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':' | b',') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Checks an id that somebody chose: it must also survive the way into a URL and back.
pub(super) fn check_chosen_id(id: &str) -> Result<(), String> {
    check_id(id).map_err(|e| e.to_string())?;
    if id.starts_with('$') {
        return Err(format!(
            "`{id}` begins with `$`, which dotdo keeps for itself; begin it with a letter or a digit"
        ));
    }
    match decode_segment(id) {
        Ok(decoded) if decoded == id => Ok(()),
        Ok(decoded) => Err(format!("write `{decoded}` instead of `{id}`")),
        Err(problem) => Err(problem.detail().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_escape_is_decoded_once() {
        assert_eq!(decode_segment("a%40b").unwrap(), "a@b");
        assert_eq!(decode_segment("a%2540b").unwrap(), "a%40b");
        assert_eq!(decode_segment("a%2Fb").unwrap(), "a%2Fb");
        assert_eq!(decode_segment("50%").unwrap(), "50%");
        assert_eq!(decode_segment("%zz").unwrap(), "%zz");
        assert_eq!(decode_segment("caf%C3%A9").unwrap(), "café");
        assert!(decode_segment("%ff").is_err());
        assert_eq!(decode_query("a+b%2Bc%20d").unwrap(), "a b+c d");
    }

    #[test]
    fn a_chosen_id_must_survive_its_url() {
        assert!(check_chosen_id("a@shop.example").is_ok());
        assert!(check_chosen_id("a%2Fb").is_ok());
        assert!(check_chosen_id("50%").is_ok());
        assert_eq!(
            check_chosen_id("caf%C3%A9").unwrap_err(),
            "write `café` instead of `caf%C3%A9`"
        );
        assert!(check_chosen_id("$events").is_err());
        assert!(check_chosen_id("a b").is_err());
    }

    proptest! {
        #[test]
        fn decoding_never_panics(text in "\\PC*") {
            let _ = decode_segment(&text);
            let _ = decode_query(&text);
        }

        #[test]
        fn encoding_is_undone_by_decoding(text in "\\PC*") {
            prop_assert_eq!(decode_query(&encode(&text)).unwrap(), text);
        }

        #[test]
        fn a_chosen_id_comes_back_from_its_path(id in "[a-zA-Z0-9@%é~+ 2F_.-]{1,12}") {
            if check_chosen_id(&id).is_ok() {
                prop_assert_eq!(decode_segment(&encode(&id)).unwrap(), id);
            }
        }
    }
}
