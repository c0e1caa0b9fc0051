//! English phrases: a row of clauses, in any order, each of which says one thing.
//!
//! ```text
//! phrase  = clause { [","] clause }
//! clause  = ["every"] interval | ["on" | "every"] days | ["at"] times | "between" time "and" time | "in" months
//! ```

use super::draft::{Draft, Part, ordinal_number};
use super::rule::{Nth, Rule};
use super::token::{self, Fault, Kind, Span, Token, Unit};

pub(super) fn parse(text: &str) -> Result<Rule, Fault> {
    let mut parser = Parser {
        text,
        tokens: token::tokens(text),
        at: 0,
        draft: Draft::default(),
    };
    if parser.tokens.is_empty() {
        return Err(Fault::new(0..text.len(), "a schedule is missing"));
    }
    while parser.peek().is_some() {
        parser.clause()?;
    }
    parser.draft.finish(text)
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
    pub(super) draft: Draft,
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn word(&self, ahead: usize) -> &str {
        self.tokens
            .get(self.at + ahead)
            .map_or("", |token| token.text.as_str())
    }

    /// The number at `ahead`, if there is one.
    pub(super) fn digits(&self, ahead: usize) -> Option<&Token> {
        self.tokens
            .get(self.at + ahead)
            .filter(|token| token.kind == Kind::Number)
    }

    pub(super) fn eat(&mut self, words: &[&str]) -> bool {
        let found = words.contains(&self.word(0));
        self.at += usize::from(found);
        found
    }

    /// The bytes from the token `start` up to the last one that was read.
    pub(super) fn since(&self, start: usize) -> Span {
        match (self.tokens.get(start), self.at.checked_sub(1)) {
            (Some(first), Some(last)) if last >= start => {
                first.span.start..self.tokens[last].span.end
            }
            _ => self.here(),
        }
    }

    /// The bytes of the next token, or the end of the text.
    pub(super) fn here(&self) -> Span {
        let end = self.text.trim_end().len();
        self.peek().map_or(end..end, |token| token.span.clone())
    }

    /// Reads `and`, a comma or both if what follows them is more of the same list.
    pub(super) fn another(&mut self, is_more: impl Fn(&Self) -> bool) -> bool {
        let start = self.at;
        let comma = self.eat(&[","]);
        let and = self.eat(&["and", "&"]);
        if (comma || and) && is_more(self) {
            return true;
        }
        self.at = start;
        false
    }

    fn clause(&mut self) -> Result<(), Fault> {
        // One comma may stand between two clauses.
        let comma = self.at > 0 && self.word(0) == "," && !matches!(self.word(1), "" | ",");
        self.at += usize::from(comma);
        let start = self.at;
        if self.eat(&["every", "each"]) {
            return self.every(start);
        }
        if self.eat(&["at"]) {
            return self.times(start);
        }
        if self.eat(&["between", "from"]) {
            return self.window(start);
        }
        if self.eat(&["in", "of", "during"]) {
            self.eat(&["every", "each"]);
            return match token::month(self.word(0)) {
                Some(_) => self.months(),
                None => Err(self.expected("a month", "January")),
            };
        }
        if self.eat(&["on"]) {
            self.eat(&["the", "every", "each"]);
            return if self.is_days() {
                self.days()
            } else {
                Err(self.expected("a day", "Monday"))
            };
        }
        if self.is_time() {
            return self.times(start);
        }
        if self.is_days() {
            return self.days();
        }
        self.frequency(start)
    }

    /// After `every`.
    fn every(&mut self, start: usize) -> Result<(), Fault> {
        if self.eat(&["other"]) {
            return self.every_nth(start, 2);
        }
        if self.eat(&["half"]) {
            self.eat(&["a", "an"]);
            return match token::unit(self.word(0)) {
                Some(Unit::Seconds(seconds)) if seconds > 1 => {
                    self.at += 1;
                    self.interval(start, Unit::Seconds(seconds / 2))
                }
                Some(Unit::Days(1)) => {
                    self.at += 1;
                    self.interval(start, Unit::Seconds(43_200))
                }
                _ => Err(self.expected("a unit of time", "hour")),
            };
        }
        if self.word(0) == "quarter" && self.word(1) == "hour" {
            self.at += 2;
            return self.interval(start, Unit::Seconds(900));
        }
        // `every second Tuesday` counts weeks; `every second Tuesday of the month` does not.
        if let Some((Nth::Number(count), length)) = self.nth(0)
            && count > 1
            && !matches!(self.word(length + 1), "of" | "in")
            && (token::weekday(self.word(length)).is_some()
                || token::unit(self.word(length)).is_some())
        {
            self.at += length;
            return self.every_nth(start, count);
        }
        if self.is_days() && !(self.word(0) == "second" && self.nth_is_alone()) {
            return self.days();
        }
        if let Some(unit) = token::unit(self.word(0)) {
            self.at += 1;
            return self.interval(start, unit);
        }
        if self.count().is_some() {
            return self.counted(start);
        }
        if self.peek().is_none() {
            return Err(self.expected("a day or an interval", "day"));
        }
        if self.word(0) == "-" && self.digits(1).is_some() {
            let span = self.here().start..self.tokens[self.at + 1].span.end;
            let message = format!("`{}` is negative", &self.text[span.clone()]);
            return Err(Fault::new(span, message).help("an interval is at least 1"));
        }
        Err(self.unknown())
    }

    /// Whether the ordinal here has nothing to belong to, as in `every second`.
    fn nth_is_alone(&self) -> bool {
        token::weekday(self.word(1)).is_none()
            && !["day", "days", "of", "and", ",", "to"].contains(&self.word(1))
    }

    /// `every other`, `every third`, before a weekday or a unit.
    fn every_nth(&mut self, start: usize, count: u32) -> Result<(), Fault> {
        if let Some(unit) = token::unit(self.word(0)) {
            self.at += 1;
            return self.multiple(start, count, unit);
        }
        if token::weekday(self.word(0)).is_some() {
            self.interval(start, Unit::Weeks(count))?;
            return self.weekdays();
        }
        Err(self.expected("a day of the week or a unit of time", "week"))
    }

    /// The count here, in digits or in words.
    pub(super) fn count(&self) -> Option<u32> {
        match self.digits(0) {
            // More than any interval takes, and so refused with it.
            Some(token) => Some(token.text.parse().unwrap_or(u32::MAX)),
            None => token::number(self.word(0)),
        }
    }

    /// `5 minutes`, `1 hour 30 minutes`.
    fn counted(&mut self, start: usize) -> Result<(), Fault> {
        let mut total: Option<u32> = None;
        loop {
            let part = self.at;
            if total.is_some() {
                self.eat(&["and"]);
            }
            let Some(count) = self.count() else {
                self.at = part;
                break;
            };
            let named = token::unit(self.word(1));
            if total.is_some() && !matches!(named, Some(Unit::Seconds(_))) {
                self.at = part;
                break;
            }
            self.at += 1;
            match named {
                Some(Unit::Seconds(unit)) if count > 0 => {
                    self.at += 1;
                    let sum = count
                        .checked_mul(unit)
                        .and_then(|part| part.checked_add(total.unwrap_or(0)));
                    total = Some(sum.ok_or_else(|| self.too_long(part))?);
                }
                Some(unit) => {
                    self.at += 1;
                    return self.multiple(start, count, unit);
                }
                None if matches!(self.word(0), "ms" | "millisecond" | "milliseconds") => {
                    self.at += 1;
                    return Err(
                        Fault::new(self.since(part), "a schedule counts whole seconds")
                            .suggest("second"),
                    );
                }
                None if self.word(0) == "." && self.digits(1).is_some() => {
                    self.at += 2;
                    let span = self.since(part);
                    let message = format!("`{}` is not a whole number", &self.text[span.clone()]);
                    return Err(
                        Fault::new(span, message).help("use a smaller unit: `every 90 minutes`")
                    );
                }
                None if self.peek().is_none() => {
                    return Err(self.expected("a unit of time", "minutes"));
                }
                None => return Err(self.unknown()),
            }
        }
        self.interval(start, Unit::Seconds(total.unwrap_or(0)))
    }

    fn multiple(&mut self, start: usize, count: u32, unit: Unit) -> Result<(), Fault> {
        if count == 0 {
            let span = self.since(self.at.saturating_sub(2).max(start));
            let message = format!("`{}` is no interval", &self.text[span.clone()]);
            return Err(Fault::new(span, message).help("an interval is at least 1"));
        }
        let many = match unit {
            Unit::Seconds(unit) => count.checked_mul(unit).map(Unit::Seconds),
            Unit::Days(unit) => count.checked_mul(unit).map(Unit::Days),
            Unit::Weeks(unit) => count.checked_mul(unit).map(Unit::Weeks),
            Unit::Months(unit) => count.checked_mul(unit).map(Unit::Months),
            Unit::Years(unit) => count.checked_mul(unit).map(Unit::Years),
        };
        // Far beyond every use, and small enough that no date overflows.
        let many = many.filter(|many| match many {
            Unit::Days(count) | Unit::Weeks(count) => *count <= 36_500,
            _ => true,
        });
        let unit = many.ok_or_else(|| self.too_long(start))?;
        self.interval(start, unit)
    }

    fn too_long(&self, start: usize) -> Fault {
        let span = self.since(start);
        let message = format!("`{}` is too long an interval", &self.text[span.clone()]);
        Fault::new(span, message)
    }

    fn interval(&mut self, start: usize, unit: Unit) -> Result<(), Fault> {
        let span = self.since(start);
        let text = self.text;
        set(
            &mut self.draft.interval,
            Part { value: unit, span },
            text,
            "interval",
        )
    }

    /// `daily`, `twice a day`, `week on Monday`.
    fn frequency(&mut self, start: usize) -> Result<(), Fault> {
        let unit = match self.word(0) {
            "daily" | "everyday" | "day" => Unit::Days(1),
            "hourly" => Unit::Seconds(3600),
            "weekly" | "week" => Unit::Weeks(1),
            "fortnightly" => Unit::Weeks(2),
            "monthly" | "month" => Unit::Months(1),
            "quarterly" => Unit::Months(3),
            "yearly" | "annually" => Unit::Years(1),
            "biweekly" | "bimonthly" => {
                let word = &self.text[self.here()];
                return Err(
                    Fault::new(self.here(), format!("`{word}` means two things"))
                        .help("say `every 2 weeks`, `every 2 months`, or which days"),
                );
            }
            _ => return self.per_day(start),
        };
        self.at += 1;
        self.interval(start, unit)
    }

    /// `twice a day`, `4 times an hour`.
    fn per_day(&mut self, start: usize) -> Result<(), Fault> {
        let (count, length) = match (self.word(0), self.count()) {
            ("once", _) => (1, 1),
            ("twice", _) => (2, 1),
            (_, Some(count)) if self.word(1) == "times" => (count, 2),
            _ => return Err(self.unknown()),
        };
        self.at += length;
        if self.eat(&["daily"]) {
            return self.set_per_day(start, count);
        }
        self.eat(&["a", "an", "per", "every", "each"]);
        let Some(unit) = token::unit(self.word(0)) else {
            return Err(self.expected("a unit of time", "day"));
        };
        self.at += 1;
        match unit {
            Unit::Days(1) => self.set_per_day(start, count),
            unit if count == 1 => self.interval(start, unit),
            Unit::Seconds(seconds) if count > 0 && seconds % count == 0 => {
                self.interval(start, Unit::Seconds(seconds / count))
            }
            _ => {
                let span = self.since(start);
                let message = format!("`{}` does not say when", &self.text[span.clone()]);
                Err(Fault::new(span, message).help("name the days, as in `Monday and Thursday`"))
            }
        }
    }

    fn set_per_day(&mut self, start: usize, count: u32) -> Result<(), Fault> {
        let (span, text) = (self.since(start), self.text);
        if count == 0 {
            let message = format!("`{}` is never", &text[span.clone()]);
            return Err(Fault::new(span, message));
        }
        set(
            &mut self.draft.per_day,
            Part { value: count, span },
            text,
            "frequency",
        )
    }

    fn times(&mut self, start: usize) -> Result<(), Fault> {
        let mut times = vec![self.time()?];
        while self.another(Self::is_time) {
            times.push(self.time()?);
        }
        let (span, text) = (self.since(start), self.text);
        set(
            &mut self.draft.times,
            Part { value: times, span },
            text,
            "time of day",
        )
    }

    fn window(&mut self, start: usize) -> Result<(), Fault> {
        let from = self.time()?;
        if !self.eat(&["and", "to", "-", "until", "till", "through"]) {
            return Err(self.expected("the end of the time", "and 5pm"));
        }
        let to = match self.time()? {
            // A day ends at midnight, but its last second comes before.
            0 => super::rule::DAY - 1,
            to => to,
        };
        let (span, text) = (self.since(start), self.text);
        if from >= to {
            let message = format!("`{}` ends before it begins", &text[span.clone()]);
            return Err(Fault::new(span, message).help("a window lies within one day"));
        }
        set(
            &mut self.draft.window,
            Part {
                value: (from, to),
                span,
            },
            text,
            "window",
        )
    }

    /// The fault of a missing or wrong word where `what` must stand.
    pub(super) fn expected(&self, what: &str, such_as: &str) -> Fault {
        let near = self
            .peek()
            .map(|token| token::unknown(self.text, token.span.clone()));
        match near {
            Some(fault) if fault.suggestion.is_some() => fault,
            Some(fault) => {
                let word = &self.text[fault.span.clone()];
                Fault::new(fault.span, format!("`{word}` is not {what}"))
                    .help(format!("try `{such_as}`"))
            }
            None => {
                let before = self.text.trim_end();
                Fault::new(self.here(), format!("{what} is missing after `{before}`"))
                    .suggest(such_as)
            }
        }
    }

    /// The fault of the next token, which fits nowhere.
    pub(super) fn unknown(&self) -> Fault {
        let span = self.here();
        let Some(token) = self.peek() else {
            return self.expected("a day or a time", "Monday");
        };
        if token.kind == Kind::Number {
            return self.bare_number(&token.text, span);
        }
        if !self.draft.is_empty() {
            if ["and", "&", "or", "plus"].contains(&token.text.as_str()) {
                let rest = self.text[span.start..].trim_end();
                return Fault::new(
                    span.start..span.start + rest.len(),
                    format!("`{rest}` begins a second schedule"),
                )
                .help("write two schedules, one for each");
            }
            if self.draft.times.is_some()
                && ["to", "-", "until", "till"].contains(&token.text.as_str())
            {
                return Fault::new(
                    span.clone(),
                    format!("`{}` needs to know how often", &self.text[span]),
                )
                .help("try `every hour between 9am and 5pm`");
            }
            if let Some(zone) = zone_at(&self.text[span.start..]) {
                return Fault::new(
                    span.start..span.start + zone.len(),
                    format!("`{zone}` is a time zone, which is not part of the phrase"),
                )
                .help(format!("write it beside the phrase: `tz = \"{zone}\"`"));
            }
            let fault = token::unknown(self.text, span.clone());
            if fault.suggestion.is_none() {
                let message = format!("`{}` is left over", &self.text[span.clone()]);
                return Fault::new(span, message).suggest("");
            }
            return fault;
        }
        token::unknown(self.text, span)
    }

    fn bare_number(&self, number: &str, span: Span) -> Fault {
        let value = number.parse().unwrap_or(u32::MAX);
        let next = &self.tokens.get(self.at + 1);
        if let Some(unit) = next.filter(|token| token::unit(&token.text).is_some()) {
            let span = span.start..unit.span.end;
            let said = &self.text[span.clone()];
            return Fault::new(
                span.clone(),
                format!("`{said}` is once, a schedule is again and again"),
            )
            .suggest(format!("every {said}"));
        }
        let fault = Fault::new(span, format!("`{number}` is neither a time nor a day"));
        match value {
            1..=12 => fault.suggest(format!("{value}am")).help(format!(
                "a time is `{value}am`, `{value}pm` or `{value}:00`, a day is `{}`",
                ordinal_number(value)
            )),
            13..=23 => fault.suggest(format!("{value}:00")),
            24..=31 => fault.suggest(ordinal_number(value)),
            _ => fault,
        }
    }
}

/// Sets a part that may be said only once.
pub(super) fn set<T>(
    slot: &mut Option<Part<T>>,
    part: Part<T>,
    text: &str,
    what: &str,
) -> Result<(), Fault> {
    if let Some(before) = slot {
        let message = format!(
            "`{}` is a second {what} beside `{}`",
            &text[part.span.clone()],
            &text[before.span.clone()]
        );
        return Err(Fault::new(part.span, message).help("write two schedules, one for each"));
    }
    *slot = Some(part);
    Ok(())
}

/// The name of a time zone that a text begins with.
fn zone_at(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?;
    super::zone_name(word).is_ok().then_some(word)
}
