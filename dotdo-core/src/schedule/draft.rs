//! From the parts of a phrase to the rule that they make together.

use super::rule::{
    Clock, DAY, DAYS, Days, Field, HOURS, LAST_DAY, MINUTES, MONTHS, Nth, Rule, SECONDS, WEEKDAYS,
    day_exists, nth_weekday,
};
use super::token::{Fault, MONTH_NAMES, Span, Unit};

/// A part of a phrase, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Part<T> {
    pub value: T,
    pub span: Span,
}

/// What the clauses of a phrase have said so far. Each part is said once.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// `every 2 weeks`.
    pub interval: Option<Part<Unit>>,
    /// `Monday`, `first Monday of the month`: bits as in [`Days::Fields`].
    pub weekdays: Option<Part<Field>>,
    /// `15th of the month`.
    pub days: Option<Part<Field>>,
    /// `in January`.
    pub months: Option<Part<Field>>,
    /// `at 6am and 6pm`, in seconds of the day.
    pub times: Option<Part<Vec<u32>>>,
    /// `between 9am and 5pm`, in seconds of the day, the end included.
    pub window: Option<Part<(u32, u32)>>,
    /// `twice a day`.
    pub per_day: Option<Part<u32>>,
}

impl Draft {
    pub fn is_empty(&self) -> bool {
        self.interval.is_none()
            && self.weekdays.is_none()
            && self.days.is_none()
            && self.months.is_none()
            && self.times.is_none()
            && self.window.is_none()
            && self.per_day.is_none()
    }

    /// The rule of the whole `text`.
    pub fn finish(self, text: &str) -> Result<Rule, Fault> {
        if let (Some(weekdays), Some(days)) = (&self.weekdays, &self.days) {
            return Err(contradiction(text, &weekdays.span, &days.span)
                .help("a schedule goes by the day of the week or by the day of the month"));
        }
        if let Some(days) = &self.days {
            let months = self
                .months
                .as_ref()
                .map_or(Field::all(MONTHS), |part| part.value);
            check_days(days, months)?;
        }
        match self.interval.clone() {
            Some(Part {
                value: Unit::Seconds(seconds),
                span,
            }) => self.short(text, seconds, &span),
            Some(Part { value, span }) => {
                let days = self.long(text, value, &span)?;
                Ok(Rule::Calendar {
                    days,
                    clock: self.clock(text)?,
                })
            }
            None => {
                let days = self.plain_days();
                Ok(Rule::Calendar {
                    days,
                    clock: self.clock(text)?,
                })
            }
        }
    }

    /// An interval of less than a day.
    fn short(self, text: &str, seconds: u32, span: &Span) -> Result<Rule, Fault> {
        if let Some(other) = self
            .times
            .as_ref()
            .map(|part| &part.span)
            .or(self.per_day.as_ref().map(|part| &part.span))
        {
            return Err(contradiction(text, span, other).help(
                "an interval has no time of day; `every hour between 9am and 5pm` limits one",
            ));
        }
        let days = self.plain_days();
        if let Some(window) = &self.window {
            let (from, to) = window.value;
            if !seconds.is_multiple_of(60) {
                return Err(contradiction(text, span, &window.span)
                    .help("`between` goes with minutes and hours"));
            }
            let times = (from..=to).step_by(seconds as usize).collect();
            return Ok(Rule::Calendar {
                days,
                clock: Clock::at(times),
            });
        }
        let zero = Field::of([0]);
        let (minutes, hours) = (seconds / 60, seconds / 3600);
        let (second, minute, hour) = if seconds < 60 && 60 % seconds == 0 {
            (
                Field::every(seconds, SECONDS),
                Field::all(MINUTES),
                Field::all(HOURS),
            )
        } else if seconds.is_multiple_of(60) && minutes < 60 {
            (zero, Field::every(minutes, MINUTES), Field::all(HOURS))
        } else if seconds.is_multiple_of(3600) && hours < 24 {
            (zero, zero, Field::every(hours, HOURS))
        } else {
            let limit = [&self.weekdays, &self.days, &self.months]
                .into_iter()
                .flatten()
                .next();
            return match limit {
                None => Ok(Rule::Elapsed { seconds }),
                Some(limit) => Err(contradiction(text, span, &limit.span).help(
                    "an interval that does not fit into an hour or a day runs on regardless of days",
                )),
            };
        };
        Ok(Rule::Calendar {
            days,
            clock: Clock::Fields {
                second,
                minute,
                hour,
            },
        })
    }

    /// The days of an interval of a day or more.
    fn long(&self, text: &str, interval: Unit, span: &Span) -> Result<Days, Fault> {
        let against = |part: &Option<Part<Field>>| match part {
            Some(part) => Err(contradiction(text, span, &part.span)),
            None => Ok(()),
        };
        let sunday = Field::of([0]);
        let months = |default: Field| self.months.as_ref().map_or(default, |part| part.value);
        match interval {
            Unit::Seconds(_) => unreachable!("`finish` takes these to `short`"),
            Unit::Days(1) => {
                against(&self.weekdays)?;
                against(&self.days)?;
                Ok(self.plain_days())
            }
            Unit::Days(every) => {
                against(&self.weekdays)?;
                against(&self.days)?;
                against(&self.months)?;
                Ok(Days::Every(every))
            }
            Unit::Weeks(every) => {
                against(&self.days)?;
                let on = self.weekdays.as_ref().map_or(sunday, |part| part.value);
                if on.values().any(|bit| bit > WEEKDAYS.last) {
                    against(&self.weekdays)?;
                }
                if every == 1 {
                    return Ok(Days::fields(
                        Field::all(DAYS),
                        months(Field::all(MONTHS)),
                        on,
                    ));
                }
                against(&self.months)?;
                Ok(Days::Weekly { every, on })
            }
            Unit::Months(every) => {
                against(&self.months)?;
                if every > 12 {
                    let message = format!("`{}` is longer than a year", &text[span.clone()]);
                    return Err(Fault::new(span.clone(), message)
                        .help("months are counted from each January: 1 to 12"));
                }
                self.monthly(text, span, Field::every(every, MONTHS))
            }
            Unit::Years(1) => self.monthly(text, span, months(Field::of([1]))),
            Unit::Years(_) => {
                let message = format!("`{}` is more than a year", &text[span.clone()]);
                Err(Fault::new(span.clone(), message).help("the longest interval is `yearly`"))
            }
        }
    }

    fn monthly(&self, text: &str, span: &Span, months: Field) -> Result<Days, Fault> {
        if let Some(Part { value, span: on }) = &self.weekdays {
            if value.values().any(|bit| bit <= WEEKDAYS.last) {
                return Err(contradiction(text, span, on)
                    .help("say which one of the month, as in `first Monday of the month`"));
            }
            return Ok(Days::fields(Field::all(DAYS), months, *value));
        }
        let first = Field::of([1]);
        let day = self.days.as_ref().map_or(first, |part| part.value);
        if let Some(days) = &self.days {
            check_days(days, months)?;
        }
        Ok(Days::fields(day, months, Field::all(WEEKDAYS)))
    }

    /// The days that are said without an interval, or in which a short interval runs: every day if none are.
    fn plain_days(&self) -> Days {
        let value = |part: &Option<Part<Field>>| part.as_ref().map(|part| part.value);
        // `January at noon` is one noon, not 31; `daily in January` says otherwise.
        let daily = self.interval.is_some() || self.per_day.is_some();
        let first =
            (self.months.is_some() && self.weekdays.is_none() && !daily).then(|| Field::of([1]));
        Days::fields(
            value(&self.days).or(first).unwrap_or(Field::all(DAYS)),
            value(&self.months).unwrap_or(Field::all(MONTHS)),
            value(&self.weekdays).unwrap_or(Field::all(WEEKDAYS)),
        )
    }

    fn clock(&self, text: &str) -> Result<Clock, Fault> {
        if let Some(window) = &self.window {
            let said = &text[window.span.clone()];
            let message = format!("`{said}` needs to know how often");
            return Err(Fault::new(window.span.clone(), message).suggest(format!(
                "every hour {}",
                said.replacen("from", "between", 1)
            )));
        }
        match (&self.times, &self.per_day) {
            (Some(times), Some(count)) if times.value.len() != count.value as usize => {
                Err(contradiction(text, &count.span, &times.span))
            }
            (Some(times), _) => Ok(Clock::at(times.value.clone())),
            (None, Some(count)) if (DAY / 60).is_multiple_of(count.value) => {
                let step = DAY / count.value;
                Ok(Clock::at((0..DAY).step_by(step as usize).collect()))
            }
            (None, Some(count)) => {
                let message = format!(
                    "`{}` does not come out in whole minutes",
                    &text[count.span.clone()]
                );
                Err(Fault::new(count.span.clone(), message).help("say the times: `at 6am and 6pm`"))
            }
            (None, None) => Ok(Clock::at(vec![0])),
        }
    }
}

/// The fault of two parts that cannot both hold, at the one that comes later.
fn contradiction(text: &str, one: &Span, other: &Span) -> Fault {
    let (first, second) = if one.start < other.start {
        (one, other)
    } else {
        (other, one)
    };
    let message = format!(
        "`{}` does not go with `{}`",
        &text[second.clone()],
        &text[first.clone()]
    );
    Fault::new(second.clone(), message)
}

/// Refuses February 30.
fn check_days(days: &Part<Field>, months: Field) -> Result<(), Fault> {
    let missing = days
        .value
        .values()
        .find(|day| *day != LAST_DAY && !day_exists(*day, months));
    match (missing, months.values().next()) {
        (Some(day), Some(month)) => {
            let name = MONTH_NAMES[month as usize - 1];
            let message = format!("there is no {} of {name}", ordinal_number(day));
            Err(Fault::new(days.span.clone(), message)
                .help(format!("its last day is `last day of {name}`")))
        }
        _ => Ok(()),
    }
}

/// `1st`, `2nd`, `13th`.
pub(super) fn ordinal_number(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// The bit of a day of the month.
pub(super) fn day_bit(nth: Nth) -> Option<u32> {
    match nth {
        Nth::Number(day) => (1..=DAYS.last).contains(&day).then_some(day),
        Nth::Last => Some(LAST_DAY),
    }
}

/// The bit of a weekday in its month.
pub(super) fn weekday_bit(nth: Nth, weekday: u32) -> Option<u32> {
    match nth {
        Nth::Number(0 | 6..) => None,
        nth => Some(nth_weekday(nth, weekday)),
    }
}
