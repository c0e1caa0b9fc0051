//! Durations as people write them: `100ms`, `30 days`, `1h30m`, and ranges of them: `100ms..30s`.
//!
//! [`ParseError`] is the error of every text that this crate reads: it names the offending word, draws the text
//! with a caret beneath that word, and says what would work. [`crate::schedule`] shares it.

use std::fmt::{self, Write as _};
use std::ops::Range;
use std::time::Duration;

use crate::nearest;

/// Why a text is not what it should be.
///
/// [`Display`](fmt::Display) draws the whole: what is wrong, the text with the offending part underlined, and help.
///
/// ```
/// let error = dotdo_core::duration::parse("30 dayz").unwrap_err();
/// assert_eq!(&error.text[error.span.clone()], "dayz");
/// assert_eq!(
///     error.to_string(),
///     "`dayz` is not a unit of time\n    30 dayz\n       ^^^^\ndid you mean `days`? `30 days` works"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, in one line: lower case, code in backticks.
    pub message: String,
    /// The whole text that was read.
    pub text: String,
    /// The bytes of `text` that the message speaks of; empty and at the end where something is missing.
    pub span: Range<usize>,
    /// What would work: the corrected text, or what is allowed.
    pub help: Option<String>,
}

impl ParseError {
    pub(crate) fn new(text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            text: text.to_owned(),
            span,
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds "did you mean `suggestion`?", and the whole corrected text where `works` accepts it.
    fn suggest(self, suggestion: &str, works: impl Fn(&str) -> bool) -> Self {
        let mut corrected = self.text.clone();
        corrected.replace_range(self.span.clone(), suggestion);
        let mut help = format!("did you mean `{suggestion}`?");
        if corrected != suggestion && works(&corrected) {
            let _ = write!(help, " `{corrected}` works");
        }
        self.help(help)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.text.trim().is_empty() {
            // One column a character, so that the carets stay under what they mean.
            let column = |byte: usize| {
                self.text
                    .char_indices()
                    .take_while(|(at, _)| *at < byte)
                    .count()
            };
            let start = column(self.span.start);
            let width = column(self.span.end).saturating_sub(start).max(1);
            let line: String = self
                .text
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            write!(
                f,
                "\n    {}\n    {:start$}{:^<width$}",
                line.trim_end(),
                "",
                ""
            )?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n{help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ParseError {}

const MILLISECOND: u64 = 1;
const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// Every spelling of every unit, with its length in milliseconds. The longest spelling comes first, as it is the
/// one to suggest.
const UNITS: [(&str, u64); 26] = [
    ("milliseconds", MILLISECOND),
    ("millisecond", MILLISECOND),
    ("ms", MILLISECOND),
    ("seconds", SECOND),
    ("second", SECOND),
    ("secs", SECOND),
    ("sec", SECOND),
    ("s", SECOND),
    ("minutes", MINUTE),
    ("minute", MINUTE),
    ("mins", MINUTE),
    ("min", MINUTE),
    ("m", MINUTE),
    ("hours", HOUR),
    ("hour", HOUR),
    ("hrs", HOUR),
    ("hr", HOUR),
    ("h", HOUR),
    ("days", DAY),
    ("day", DAY),
    ("d", DAY),
    ("weeks", WEEK),
    ("week", WEEK),
    ("wks", WEEK),
    ("wk", WEEK),
    ("w", WEEK),
];

/// The milliseconds of a unit of fixed length, in any of its spellings and any case.
pub(crate) fn unit(word: &str) -> Option<u64> {
    UNITS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))
        .map(|(_, millis)| *millis)
}

/// Reads a duration: one or more numbers with units, the larger unit first.
///
/// Units are `ms`, `s`, `m`, `h`, `d` and `w`, and the words for them: `sec`, `seconds`, `mins`, `hours`, `days`,
/// `weeks` and so on, in any case, with or without a space. A duration is never zero.
///
/// ```
/// use dotdo_core::duration::parse;
/// use std::time::Duration;
///
/// assert_eq!(parse("100ms"), Ok(Duration::from_millis(100)));
/// assert_eq!(parse("1h30m"), parse("90 minutes"));
/// assert_eq!(parse("2 weeks"), parse("14 days"));
/// assert!(parse("0s").is_err());
/// ```
pub fn parse(text: &str) -> Result<Duration, ParseError> {
    parse_part(text, 0..text.len())
}

/// Reads a range of durations, the smaller first: `100ms..30s`. A single duration is a range of itself.
///
/// ```
/// use dotdo_core::duration::parse_range;
/// use std::time::Duration;
///
/// let (from, to) = parse_range("100ms..30s").unwrap();
/// assert_eq!((from, to), (Duration::from_millis(100), Duration::from_secs(30)));
/// assert_eq!(parse_range("5s"), Ok((Duration::from_secs(5), Duration::from_secs(5))));
/// ```
pub fn parse_range(text: &str) -> Result<(Duration, Duration), ParseError> {
    let Some(dots) = text.find("..") else {
        return parse(text).map(|fixed| (fixed, fixed));
    };
    let from = parse_part(text, 0..dots)?;
    let to = parse_part(text, dots + 2..text.len())?;
    if from > to {
        let turned = format!("{}..{}", format(to), format(from));
        return Err(ParseError::new(
            text,
            0..text.len(),
            format!("`{}` is longer than `{}`", format(from), format(to)),
        )
        .help(format!("the smaller comes first: try `{turned}`")));
    }
    Ok((from, to))
}

/// Writes a duration in its shortest readable form, such that [`parse`] reads the same duration back.
///
/// Parts below a millisecond are dropped. Zero, which `parse` refuses, is `0ms`.
///
/// ```
/// use dotdo_core::duration::format;
/// use std::time::Duration;
///
/// assert_eq!(format(Duration::from_secs(5400)), "1h30m");
/// assert_eq!(format(Duration::from_secs(30 * 86_400)), "30d");
/// ```
pub fn format(duration: Duration) -> String {
    let mut left = duration.as_millis();
    // Weeks only where nothing else is needed: `2w` is easier than `14d`, `4w2d` is not easier than `30d`.
    if left > 0 && left.is_multiple_of(u128::from(WEEK)) {
        return format!("{}w", left / u128::from(WEEK));
    }
    let mut text = String::new();
    for (name, millis) in [
        ("d", DAY),
        ("h", HOUR),
        ("m", MINUTE),
        ("s", SECOND),
        ("ms", MILLISECOND),
    ] {
        let count = left / u128::from(millis);
        left %= u128::from(millis);
        if count > 0 {
            let _ = write!(text, "{count}{name}");
        }
    }
    if text.is_empty() {
        text.push_str("0ms");
    }
    text
}

pub(crate) fn parse_part(text: &str, part: Range<usize>) -> Result<Duration, ParseError> {
    let fail = |span: Range<usize>, message: String| ParseError::new(text, span, message);
    let source = &text[part.clone()];
    let end = part.start + source.trim_end().len();
    let mut at = part.end - source.trim_start().len();
    if at >= end {
        return Err(fail(part, "a duration is missing".to_owned()).help("try `30s`"));
    }
    let whole = at..end;
    let mut total: u128 = 0;
    let mut previous: Option<(u64, Range<usize>)> = None;
    while at < end {
        let digits = run(&text[..end], at, |c| c.is_ascii_digit());
        if digits.is_empty() {
            return Err(not_a_number(text, at, end));
        }
        let word = run(&text[..end], skip_spaces(text, digits.end), |c| {
            !c.is_ascii_digit() && !c.is_whitespace() && !matches!(c, ',' | '.' | '-' | '+')
        });
        if word.is_empty() {
            let number = &text[digits.clone()];
            if text[digits.end..end].starts_with(['.', ',']) {
                let span = digits.start..run(text, digits.end + 1, |c| c.is_ascii_digit()).end;
                let message = format!("`{}` is not a whole number", &text[span.clone()]);
                return Err(fail(span, message).help("use a smaller unit: `1h30m`, `1500ms`"));
            }
            return Err(
                fail(digits.clone(), format!("`{number}` has no unit")).help(format!(
                    "try `{number}s`; units are `ms`, `s`, `m`, `h`, `d` and `w`"
                )),
            );
        }
        let millis = unit(&text[word.clone()]).ok_or_else(|| unknown_unit(text, word.clone()))?;
        if let Some((larger, before)) = previous
            && larger <= millis
        {
            let (this, that) = (&text[digits.start..word.end], &text[before.clone()]);
            let message = if larger == millis {
                format!("`{this}` repeats the unit of `{that}`")
            } else {
                format!("`{this}` stands after the smaller `{that}`")
            };
            return Err(fail(digits.start..word.end, message)
                .help("each unit once, the larger first: `1h30m`"));
        }
        total = text[digits.clone()]
            .parse::<u64>()
            .ok()
            .and_then(|count| u128::from(count).checked_mul(u128::from(millis)))
            .and_then(|part| total.checked_add(part))
            .filter(|total| *total / 1000 <= u128::from(u64::MAX))
            .ok_or_else(|| {
                let span = digits.start..word.end;
                let message = format!(
                    "`{}` is longer than time can be counted",
                    &text[span.clone()]
                );
                fail(span, message).help("try something shorter, such as `30 days`")
            })?;
        previous = Some((millis, digits.start..word.end));
        at = skip_spaces(text, word.end);
    }
    if total == 0 {
        let message = format!("`{}` is no time at all", &text[whole.clone()]);
        return Err(fail(whole, message).help("a duration is longer than zero: try `30s`"));
    }
    let seconds = u64::try_from(total / 1000).expect("checked with every part that was added");
    let millis = u64::try_from(total % 1000).expect("a remainder of 1000");
    Ok(Duration::from_secs(seconds) + Duration::from_millis(millis))
}

/// The bytes from `at` on whose characters satisfy `accept`.
fn run(text: &str, at: usize, accept: impl Fn(char) -> bool) -> Range<usize> {
    let at = at.min(text.len());
    let length = text[at..].find(|c| !accept(c));
    at..length.map_or(text.len(), |length| at + length)
}

fn skip_spaces(text: &str, at: usize) -> usize {
    run(text, at, char::is_whitespace).end
}

fn not_a_number(text: &str, at: usize, end: usize) -> ParseError {
    let word = run(&text[..end], at, |c| !c.is_whitespace());
    if text[word.clone()].starts_with(['-', '\u{2212}']) {
        let message = format!("`{}` is negative", &text[word.clone()]);
        return ParseError::new(text, word, message)
            .help("a duration is longer than zero: try `30s`");
    }
    let message = format!("`{}` is not a number", &text[word.clone()]);
    ParseError::new(text, word, message)
        .help("a duration is numbers with units, such as `30s`, `1h30m` or `2 weeks`")
}

fn unknown_unit(text: &str, span: Range<usize>) -> ParseError {
    let word = &text[span.clone()];
    let lower = word.to_lowercase();
    if ["month", "months", "year", "years"].contains(&lower.as_str()) {
        return ParseError::new(text, span, format!("`{word}` has no fixed length"))
            .help("say it in days or weeks: `30 days`, `52 weeks`");
    }
    let error = ParseError::new(text, span, format!("`{word}` is not a unit of time"));
    // A word of one or two letters is near every short unit, so nothing is the nearest.
    match nearest(&lower, UNITS.map(|(name, _)| name)).filter(|_| lower.len() > 2) {
        Some(name) => error.suggest(name, |text| {
            parse(text).is_ok() || parse_range(text).is_ok()
        }),
        None => error.help("units are `ms`, `s`, `m`, `h`, `d` and `w`: try `30s`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling() {
        for (text, millis) in [
            ("100ms", 100),
            ("30 days", 30 * DAY),
            ("1s", SECOND),
            ("20s", 20 * SECOND),
            ("1h30m", 90 * MINUTE),
            ("1 hour 30 minutes", 90 * MINUTE),
            ("2 weeks", 2 * WEEK),
            ("90 minutes", 90 * MINUTE),
            ("5 SECS", 5 * SECOND),
            (" 3 hrs ", 3 * HOUR),
            (
                "1d 2h 3m 4s 5ms",
                DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND + 5,
            ),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for (name, millis) in UNITS {
            assert_eq!(
                parse(&format!("7{name}")),
                Ok(Duration::from_millis(7 * millis))
            );
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, span, message) in [
            ("", "", "a duration is missing"),
            ("  ", "  ", "a duration is missing"),
            ("0s", "0s", "`0s` is no time at all"),
            ("30", "30", "`30` has no unit"),
            ("1h 30", "30", "`30` has no unit"),
            ("-5s", "-5s", "`-5s` is negative"),
            ("1.5h", "1.5", "`1.5` is not a whole number"),
            ("soon", "soon", "`soon` is not a number"),
            ("5 secnds", "secnds", "`secnds` is not a unit of time"),
            ("2 months", "months", "`months` has no fixed length"),
            ("30m 1h", "1h", "`1h` stands after the smaller `30m`"),
            ("1m 2m", "2m", "`2m` repeats the unit of `1m`"),
            (
                "99999999999999999999 s",
                "99999999999999999999 s",
                "`99999999999999999999 s` is longer than time can be counted",
            ),
            ("5🦀", "🦀", "`🦀` is not a unit of time"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.message, message);
            assert_eq!(&error.text[error.span.clone()], span, "{text}");
            assert!(error.help.is_some(), "{text}");
        }
    }

    #[test]
    fn ranges() {
        let error = parse_range("30s..100ms").unwrap_err();
        assert_eq!(
            error.help.as_deref(),
            Some("the smaller comes first: try `100ms..30s`")
        );
        assert_eq!(
            parse_range("1s..").unwrap_err().message,
            "a duration is missing"
        );
        let error = parse_range("1s..5 minuts").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`minuts` is not a unit of time\n    1s..5 minuts\n          ^^^^^^\n\
             did you mean `minutes`? `1s..5 minutes` works"
        );
    }

    #[test]
    fn the_longest_duration_comes_back() {
        for duration in [
            Duration::from_secs(u64::MAX),
            Duration::from_millis(u64::MAX),
        ] {
            assert_eq!(parse(&format(duration)), Ok(duration));
        }
        assert_eq!(format(Duration::ZERO), "0ms");
        assert_eq!(format(Duration::from_secs(14 * 86_400)), "2w");
    }
}
