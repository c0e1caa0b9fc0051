//! Texts in quotes, as JSON writes them. The macros read the lock too, and are built without a JSON library.

use std::fmt::Write as _;

/// The text in quotes.
pub(super) fn write(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\0'..' ' => {
                // Writing to a `String` cannot fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// The text that stands in quotes at the beginning, and the byte behind them. `None` if there is none.
pub(super) fn read(rest: &str) -> Option<(String, usize)> {
    let mut chars = rest.char_indices();
    // JSON allows white space before a value.
    while let Some((_, c)) = chars.next() {
        match c {
            ' ' | '\t' | '\n' | '\r' => {}
            '"' => return read_on(&mut chars),
            _ => return None,
        }
    }
    None
}

fn read_on(chars: &mut std::str::CharIndices<'_>) -> Option<(String, usize)> {
    let mut text = String::new();
    loop {
        let (at, c) = chars.next()?;
        match c {
            '"' => return Some((text, at + 1)),
            '\\' => text.push(match chars.next()?.1 {
                c @ ('"' | '\\' | '/') => c,
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => escaped(chars)?,
                _ => return None,
            }),
            '\0'..' ' => return None,
            other => text.push(other),
        }
    }
}

/// What stands behind `\u`: four digits, or two times four for what is beyond the first 65536 characters.
fn escaped(chars: &mut std::str::CharIndices<'_>) -> Option<char> {
    let unit = |chars: &mut std::str::CharIndices<'_>| {
        (0..4).try_fold(0, |unit, _| Some(unit * 16 + chars.next()?.1.to_digit(16)?))
    };
    let first = unit(chars)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    if (chars.next()?.1, chars.next()?.1) != ('\\', 'u') {
        return None;
    }
    let second = unit(chars)?;
    (0xDC00..0xE000)
        .contains(&second)
        .then(|| 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        .and_then(char::from_u32)
}

#[cfg(all(test, feature = "runtime"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a JSON library reads at the beginning of a text.
    fn oracle(rest: &str) -> Option<(String, usize)> {
        let mut texts = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        let text = texts.next()?.ok()?;
        Some((text, texts.byte_offset()))
    }

    proptest! {
        #[test]
        fn writes_what_a_json_library_writes(text in any::<String>()) {
            let quoted = write(&text);
            prop_assert_eq!(&quoted, &serde_json::to_string(&text).unwrap());
            prop_assert_eq!(read(&quoted), Some((text, quoted.len())));
        }

        #[test]
        fn reads_what_a_json_library_reads(
            text in r#"[ \t]?"?([a-cü😀\u{1}\n"/]|\\["\\/bfnrtx]|\\u(d8|dC|00|20|df)[0-9a-fA-F]{2}|\\u[0-9a-g]{3,4}){0,6}"?( .|)"#,
        ) {
            prop_assert_eq!(read(&text), oracle(&text), "{}", text);
        }
    }
}
