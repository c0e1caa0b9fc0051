//! The words of a schedule, and what to say about a word that is none.

use std::fmt::Write as _;
use std::ops::Range;

use super::rule::Nth;
use super::{ParseError, Schedule};
use crate::duration;
use crate::nearest;

pub(super) type Span = Range<usize>;

/// A mistake, before it has met the text it was found in.
#[derive(Debug)]
pub(super) struct Fault {
    pub span: Span,
    pub message: String,
    /// What to write instead of the span.
    pub suggestion: Option<String>,
    pub help: Option<String>,
}

impl Fault {
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            suggestion: None,
            help: None,
        }
    }

    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The error for the user: with the corrected text where `works` says that it is one, and with examples.
    pub fn explain(self, text: &str, works: impl Fn(&str) -> bool) -> ParseError {
        let mut lines = Vec::new();
        if let Some(suggestion) = self.suggestion.as_deref().map(str::trim) {
            let before = &text[..self.span.start];
            let gap = if before.ends_with(|c: char| c.is_alphanumeric()) {
                " "
            } else {
                ""
            };
            let corrected = format!("{before}{gap}{suggestion}{}", &text[self.span.end..]);
            let candidates = [corrected.as_str(), before]
                .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
            // A word too many goes alone, or with all that follows it.
            let tried = if suggestion.is_empty() { 2 } else { 1 };
            let right = candidates[..tried].iter().find(|text| works(text));
            let mut line = String::new();
            if !suggestion.is_empty() {
                let _ = write!(line, "did you mean `{suggestion}`?");
            }
            if let Some(right) = right.filter(|right| *right != suggestion) {
                let _ = write!(line, " `{right}` works");
            }
            lines.push(line.trim_start().to_owned());
        }
        lines.extend(self.help);
        let examples: Vec<String> = Schedule::EXAMPLES
            .iter()
            .take(4)
            .map(|example| format!("`{example}`"))
            .collect();
        lines.push(format!("for example {}", examples.join(", ")));
        lines.retain(|line| !line.is_empty());
        ParseError::new(text, self.span, self.message).help(lines.join("\n"))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    Symbol,
}

/// A run of letters, a run of digits, or one other character.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    /// In lower case.
    pub text: String,
    pub span: Span,
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let kind = |c: char| match c {
        c if c.is_alphabetic() => Kind::Word,
        c if c.is_ascii_digit() => Kind::Number,
        _ => Kind::Symbol,
    };
    let mut tokens: Vec<Token> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let (kind, end) = (kind(c), at + c.len_utf8());
        match tokens.last_mut() {
            Some(last) if last.kind == kind && kind != Kind::Symbol && last.span.end == at => {
                last.span.end = end;
            }
            _ => tokens.push(Token {
                kind,
                text: String::new(),
                span: at..end,
            }),
        }
    }
    for token in &mut tokens {
        token.text = text[token.span.clone()].to_lowercase();
    }
    tokens
}

pub(super) const WEEKDAY_NAMES: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

pub(super) const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const ORDINALS: [&str; 10] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
];

const NUMBERS: [&str; 12] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
];

const UNIT_NAMES: [&str; 14] = [
    "seconds", "second", "minutes", "minute", "hours", "hour", "days", "day", "weeks", "week",
    "months", "month", "years", "year",
];

const OTHER_WORDS: [&str; 26] = [
    "weekday",
    "weekdays",
    "weekend",
    "weekends",
    "daily",
    "everyday",
    "hourly",
    "weekly",
    "fortnightly",
    "monthly",
    "quarterly",
    "yearly",
    "annually",
    "every",
    "each",
    "other",
    "half",
    "quarter",
    "last",
    "noon",
    "midnight",
    "between",
    "through",
    "once",
    "twice",
    "times",
];

/// Too short for a misspelling of them to be told from another word.
const LITTLE_WORDS: [&str; 16] = [
    "a", "am", "an", "and", "at", "from", "in", "nd", "of", "on", "pm", "rd", "st", "th", "the",
    "to",
];

/// Sunday is 0: `sunday`, `sundays`, `sun`.
pub(super) fn weekday(word: &str) -> Option<u32> {
    let index = match word {
        "tues" => 2,
        "weds" => 3,
        "thur" | "thurs" => 4,
        _ => WEEKDAY_NAMES.iter().position(|name| {
            let name = name.to_lowercase();
            word == name || word == &name[..3] || word.strip_suffix('s') == Some(name.as_str())
        })?,
    };
    u32::try_from(index).ok()
}

/// January is 1: `january`, `jan`.
pub(super) fn month(word: &str) -> Option<u32> {
    let index = match word {
        "sept" => 8,
        _ => MONTH_NAMES.iter().position(|name| {
            let name = name.to_lowercase();
            word == name || word == &name[..3]
        })?,
    };
    u32::try_from(index + 1).ok()
}

pub(super) fn ordinal(word: &str) -> Option<Nth> {
    if word == "last" {
        return Some(Nth::Last);
    }
    let index = ORDINALS.iter().position(|name| *name == word)?;
    u32::try_from(index + 1).ok().map(Nth::Number)
}

pub(super) fn number(word: &str) -> Option<u32> {
    let index = NUMBERS.iter().position(|name| *name == word)?;
    u32::try_from(index + 1).ok()
}

/// What an interval counts, and how many of them the word stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds(u32),
    Days(u32),
    Weeks(u32),
    Months(u32),
    Years(u32),
}

/// A unit: those of [`duration`] from the second up, and those whose length the calendar tells.
pub(super) fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "fortnight" | "fortnights" => Unit::Weeks(2),
        "month" | "months" => Unit::Months(1),
        "quarter" | "quarters" => Unit::Months(3),
        "year" | "years" => Unit::Years(1),
        _ => match duration::unit(word)? / 1000 {
            0 => return None,
            86_400 => Unit::Days(1),
            604_800 => Unit::Weeks(1),
            seconds => Unit::Seconds(u32::try_from(seconds).ok()?),
        },
    })
}

/// The nearest known word. `Munday` is as near to `Sunday` as to `Monday`, but no one mistypes the first letter.
pub(super) fn nearest_word<'a, K>(word: &str, known: impl Fn() -> K) -> Option<&'a str>
where
    K: Iterator<Item = &'a str>,
{
    let initial = |word: &str| word.chars().next().map(|c| c.to_ascii_lowercase());
    let begin_alike = known().filter(|known| initial(known) == initial(word));
    nearest(word, begin_alike.chain(known()))
}

/// The fault of a word that fits nowhere, or not here.
pub(super) fn unknown(text: &str, span: Span) -> Fault {
    let word = &text[span.clone()];
    let lists: [(&[&str], &str); 4] = [
        (&WEEKDAY_NAMES, "is not a day of the week"),
        (&MONTH_NAMES, "is not a month"),
        (&UNIT_NAMES, "is not a unit of time"),
        (&OTHER_WORDS, "is not a word that schedules know"),
    ];
    let ordinals: [(&[&str], &str); 1] = [(&ORDINALS, lists[3].1)];
    let vocabulary = || {
        lists
            .iter()
            .chain(&ordinals)
            .flat_map(|(words, _)| words.iter().copied())
    };
    if vocabulary().any(|known| known.eq_ignore_ascii_case(word)) || is_known(&word.to_lowercase())
    {
        return Fault::new(span, format!("`{word}` is out of place here"));
    }
    let near = nearest_word(word, vocabulary).filter(|_| word.len() > 2);
    let what = lists
        .iter()
        .chain(&ordinals)
        .find(|(words, _)| near.is_some_and(|near| words.contains(&near)))
        .map_or(lists[3].1, |(_, what)| what);
    let fault = Fault::new(span, format!("`{word}` {what}"));
    match near {
        Some(near) => fault.suggest(near),
        None => fault,
    }
}

fn is_known(word: &str) -> bool {
    weekday(word).is_some()
        || month(word).is_some()
        || unit(word).is_some()
        || number(word).is_some()
        || LITTLE_WORDS.contains(&word)
}
