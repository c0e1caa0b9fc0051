//! Days: `Monday to Thursday`, `first Monday of the month`, `15th of January`, `January 1`.

use super::draft::{Part, day_bit, weekday_bit};
use super::grammar::{Parser, set};
use super::rule::{Field, Nth};
use super::token::{self, Fault, Span};

impl Parser<'_> {
    /// Whether days begin here: weekdays, ordinals or months.
    pub(super) fn is_days(&self) -> bool {
        let ahead = usize::from(self.word(0) == "the");
        let word = self.word(ahead);
        self.nth(ahead).is_some()
            || token::weekday(word).is_some()
            || weekday_group(word).is_some()
            || token::month(word).is_some()
            || self.digits(0).is_some() && token::month(self.word(1)).is_some()
    }

    pub(super) fn days(&mut self) -> Result<(), Fault> {
        self.eat(&["the"]);
        if token::month(self.word(0)).is_some() {
            return self.dates();
        }
        if self.nth(0).is_some() || self.digits(0).is_some() {
            return self.ordinals();
        }
        self.weekdays()
    }

    /// `Monday to Thursday and Saturday`.
    pub(super) fn weekdays(&mut self) -> Result<(), Fault> {
        let is_weekday = |parser: &Self| {
            let word = parser.word(0);
            token::weekday(word).is_some() || weekday_group(word).is_some()
        };
        let start = self.at;
        let mut days = Vec::new();
        loop {
            if let Some(group) = weekday_group(self.word(0)) {
                self.at += 1;
                days.extend_from_slice(group);
            } else if let Some(from) = token::weekday(self.word(0)) {
                self.at += 1;
                let to = self.range_end(token::weekday).unwrap_or(from);
                // `Friday to Monday` goes over the weekend.
                let length = (to + 7 - from) % 7;
                days.extend((0..=length).map(|day| (from + day) % 7));
            } else {
                return Err(self.unknown());
            }
            if !self.another(is_weekday) {
                break;
            }
        }
        self.set_weekdays(start, Field::of(days))
    }

    fn set_weekdays(&mut self, start: usize, value: Field) -> Result<(), Fault> {
        let (span, text) = (self.since(start), self.text);
        set(
            &mut self.draft.weekdays,
            Part { value, span },
            text,
            "day of the week",
        )
    }

    /// The second half of `Monday to Thursday`.
    fn range_end<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        if !matches!(self.word(0), "to" | "-" | "through" | "thru" | "until") {
            return None;
        }
        let end = read(self.word(1))?;
        self.at += 2;
        Some(end)
    }

    /// The ordinal at `ahead` and its length in tokens: `third`, `3rd`, `last`.
    pub(super) fn nth(&self, ahead: usize) -> Option<(Nth, usize)> {
        let Some(number) = self.digits(ahead) else {
            return token::ordinal(self.word(ahead)).map(|nth| (nth, 1));
        };
        let next = self.tokens.get(self.at + ahead + 1)?;
        let is_ending = ["st", "nd", "rd", "th"].contains(&next.text.as_str());
        (is_ending && next.span.start == number.span.end)
            .then(|| (Nth::Number(number.text.parse().unwrap_or(u32::MAX)), 2))
    }

    /// `first and third Monday of the month`, `15th and last day of January`, `1 January`.
    fn ordinals(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let (mut days, mut weekdays) = (Vec::new(), Vec::new());
        loop {
            let group = self.at;
            let nths = self.nth_list();
            let is_day = matches!(self.word(0), "day" | "days");
            if let Some(weekday) = token::weekday(self.word(0)).filter(|_| !is_day) {
                self.at += 1;
                for (nth, span) in nths {
                    let bit = weekday_bit(nth, weekday).ok_or_else(|| {
                        let said = &self.text[span.clone()];
                        let name = token::WEEKDAY_NAMES[weekday as usize];
                        Fault::new(span, format!("no month has a {said} {name}"))
                            .help("a month has up to five, and a `last` one")
                    })?;
                    weekdays.push(bit);
                }
            } else if weekday_group(self.word(0)).is_some() {
                self.at += 1;
                let span = self.since(group);
                let message = format!("`{}` is not supported", &self.text[span.clone()]);
                return Err(Fault::new(span, message)
                    .help("after an ordinal comes one day, as in `first Monday of the month`"));
            } else {
                self.at += usize::from(is_day);
                for (nth, span) in nths {
                    days.push(day_bit(nth).ok_or_else(|| {
                        let said = &self.text[span.clone()];
                        Fault::new(span, format!("`{said}` is not a day of the month"))
                            .help("days of the month are `1st` to `31st` and `last`")
                    })?);
                }
            }
            if !self.another(Self::is_nth) {
                break;
            }
            self.eat(&["the"]);
        }
        let span = self.since(start);
        if !weekdays.is_empty() {
            self.set_weekdays(start, Field::of(weekdays))?;
        }
        if !days.is_empty() {
            self.set_days(span, days)?;
        }
        self.of_months()
    }

    fn is_nth(&self) -> bool {
        self.nth(usize::from(self.word(0) == "the")).is_some()
    }

    /// `first and third`, `1st to 5th`, or a plain number before a month.
    fn nth_list(&mut self) -> Vec<(Nth, Span)> {
        let mut nths = Vec::new();
        loop {
            self.eat(&["the"]);
            let start = self.at;
            let (from, length) = self
                .nth(0)
                .unwrap_or((Nth::Number(self.count().unwrap_or(0)), 1));
            self.at += length;
            nths.push((from, self.since(start)));
            if matches!(self.word(0), "to" | "-" | "through" | "thru" | "until")
                && let Some((Nth::Number(to), length)) = self.nth(1)
                && let Nth::Number(from) = from
            {
                self.at += 1 + length;
                let span = self.since(start);
                // The end is bounded, so that `1st to 4000000000th` is quickly refused.
                nths.extend((from + 1..=to.min(99)).map(|day| (Nth::Number(day), span.clone())));
            }
            if !self.another(Self::is_nth) {
                return nths;
            }
        }
    }

    /// `of the month`, `of January and July`, `January`; or nothing.
    fn of_months(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.eat(&["of", "in"]) {
            self.eat(&["the", "every", "each", "a"]);
            if self.eat(&["month", "months"]) {
                return Ok(());
            }
            if token::month(self.word(0)).is_none() {
                let every_unit = token::unit(self.word(0)).is_some() || self.count().is_some();
                if every_unit && ["every", "each"].contains(&self.word_before()) {
                    // `1st of every 3 months` is an interval of its own.
                    self.at -= 1;
                    return Ok(());
                }
                return Err(self.expected("a month", "month"));
            }
        }
        if token::month(self.word(0)).is_some() {
            return self.months();
        }
        self.at = start;
        Ok(())
    }

    fn word_before(&self) -> &str {
        self.tokens
            .get(self.at.wrapping_sub(1))
            .map_or("", |token| token.text.as_str())
    }

    pub(super) fn months(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let mut months = Vec::new();
        loop {
            let Some(from) = token::month(self.word(0)) else {
                return Err(self.unknown());
            };
            self.at += 1;
            let to = self.range_end(token::month).unwrap_or(from);
            let length = (to + 12 - from) % 12;
            months.extend((0..=length).map(|month| (from - 1 + month) % 12 + 1));
            if !self.another(|parser| token::month(parser.word(0)).is_some()) {
                break;
            }
        }
        let (span, text) = (self.since(start), self.text);
        set(
            &mut self.draft.months,
            Part {
                value: Field::of(months),
                span,
            },
            text,
            "month",
        )
    }

    /// `January 1`, `March 1st and 15th`, `January`.
    fn dates(&mut self) -> Result<(), Fault> {
        self.months()?;
        self.eat(&["the"]);
        let start = self.at;
        let mut days = Vec::new();
        while self.nth(0).is_some() || self.digits(0).is_some() && !self.is_time() {
            let (from, length) = self
                .nth(0)
                .unwrap_or((Nth::Number(self.count().unwrap_or(0)), 1));
            let number = self.at;
            self.at += length;
            let span = self.since(number);
            days.push(day_bit(from).ok_or_else(|| {
                Fault::new(
                    span.clone(),
                    format!("`{}` is not a day of the month", &self.text[span.clone()]),
                )
                .help("a schedule has days `1` to `31`, and no year")
            })?);
            if !self.another(|parser| parser.digits(0).is_some() && !parser.is_time()) {
                break;
            }
        }
        if days.is_empty() {
            self.at = start;
            return Ok(());
        }
        // `January last` reads as `last day of January`.
        self.eat(&["day"]);
        let span = self.since(start);
        self.set_days(span, days)
    }

    fn set_days(&mut self, span: Span, days: Vec<u32>) -> Result<(), Fault> {
        let (value, text) = (Field::of(days), self.text);
        set(
            &mut self.draft.days,
            Part { value, span },
            text,
            "day of the month",
        )
    }
}

fn weekday_group(word: &str) -> Option<&'static [u32]> {
    match word {
        "weekday" | "weekdays" | "workday" | "workdays" => Some(&[1, 2, 3, 4, 5]),
        "weekend" | "weekends" => Some(&[0, 6]),
        _ => None,
    }
}
