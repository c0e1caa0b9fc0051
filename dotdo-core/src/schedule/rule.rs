//! What a schedule is once it is read: a rule in a normal form, so that equal meanings are equal values.

#[cfg(feature = "runtime")]
use chrono::{Datelike, NaiveDate};

use crate::order::sort_dedup;

/// The seconds of a day.
pub(super) const DAY: u32 = 86_400;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    /// Every so many seconds since 1970-01-01T00:00Z; more than zero.
    Elapsed { seconds: u32 },
    /// On certain days at certain times of the local clock.
    Calendar { days: Days, clock: Clock },
}

/// The values that one field of a cron expression allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Field {
    /// Bit `n` is set where `n` is allowed.
    pub bits: u64,
    /// Written as `*` or `*/n`. Cron reads meaning from that: see `Days::contains` and `Clock::follows_elapsed_time`.
    pub star: bool,
}

impl Field {
    /// Every one of the values, `*`.
    pub fn all(values: Values) -> Self {
        Self::every(1, values)
    }

    /// Every n-th of the values, `*/n`.
    pub fn every(step: u32, values: Values) -> Self {
        let listed = Self::of((values.first..=values.last).step_by(step.max(1) as usize));
        // `*/12` months are January: one value is no interval.
        Self {
            star: listed.bits.count_ones() > 1,
            ..listed
        }
    }

    /// These values and no others.
    pub fn of(values: impl IntoIterator<Item = u32>) -> Self {
        Self {
            bits: values.into_iter().fold(0, |bits, value| bits | 1 << value),
            star: false,
        }
    }

    pub fn has(self, value: u32) -> bool {
        self.bits >> value & 1 == 1
    }

    pub fn values(self) -> impl Iterator<Item = u32> {
        (0..u64::BITS).filter(move |value| self.has(*value))
    }

    /// The n of `*/n`, 1 for `*`; `None` for a field that was not written so.
    pub fn step(self) -> Option<u32> {
        let mut values = self.values();
        self.star
            .then(|| Some(values.next()?.abs_diff(values.next()?)))
            .flatten()
    }

    fn at_or_after(self, value: u32) -> Option<u32> {
        let bits = self.bits.checked_shr(value)?;
        (bits != 0).then(|| value + bits.trailing_zeros())
    }
}

/// The range of the plain values of a field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values {
    pub first: u32,
    pub last: u32,
}

pub(super) const SECONDS: Values = Values { first: 0, last: 59 };
pub(super) const MINUTES: Values = Values { first: 0, last: 59 };
pub(super) const HOURS: Values = Values { first: 0, last: 23 };
pub(super) const DAYS: Values = Values { first: 1, last: 31 };
pub(super) const MONTHS: Values = Values { first: 1, last: 12 };
pub(super) const WEEKDAYS: Values = Values { first: 0, last: 6 };

/// Beside 1 to 31, the bit of the last day of the month.
pub(super) const LAST_DAY: u32 = 32;

/// Beside the seven plain weekdays (Sunday is 0), the n-th and the last of each in the month.
pub(super) fn nth_weekday(nth: Nth, weekday: u32) -> u32 {
    weekday
        + 7 * match nth {
            Nth::Number(n) => n,
            Nth::Last => 6,
        }
}

/// Which one: the third, the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nth {
    Number(u32),
    Last,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Days {
    /// Cron's three fields. `month` is a plain set, its star has no meaning and is always false.
    Fields {
        day: Field,
        month: Field,
        weekday: Field,
    },
    /// Every so many days since 1970-01-05; at least two.
    Every(u32),
    /// These weekdays in every so many weeks since that of 1970-01-05; at least two.
    Weekly { every: u32, on: Field },
}

impl Days {
    pub fn fields(day: Field, month: Field, weekday: Field) -> Self {
        // `1-31` in June is `1-30`, and says so.
        let existing = Field::of(day.values().filter(|day| day_exists(*day, month)));
        let day = if day.star || existing.bits == 0 {
            day
        } else {
            existing
        };
        Self::Fields {
            day,
            month: Field {
                star: false,
                ..month
            },
            weekday,
        }
    }

    /// Whether there is such a day in any year.
    pub fn ever_come(&self) -> bool {
        let Self::Fields {
            day,
            month,
            weekday,
        } = self
        else {
            return true;
        };
        // Every month begins, in some year, on each day of the week, in each of its lengths.
        month.values().any(|month| {
            let longest = LENGTHS[month as usize - 1];
            let shortest = if month == 2 { 28 } else { longest };
            (shortest..=longest).any(|length| {
                (0..7).any(|first| {
                    (1..=length)
                        .any(|date| day_matches(*day, *weekday, date, length, (first + date) % 7))
                })
            })
        })
    }

    /// The first day on or after `from`, within 400 years.
    #[cfg(feature = "runtime")]
    pub fn on_or_after(&self, from: NaiveDate) -> Option<NaiveDate> {
        // Monday, so that a counted week is a calendar week.
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 5)?;
        let number = from.signed_duration_since(epoch).num_days();
        let date = |number: i64| epoch.checked_add_signed(chrono::TimeDelta::try_days(number)?);
        match self {
            Self::Fields {
                day,
                month,
                weekday,
            } => {
                let mut candidate = from;
                let last_year = from.year() + 400;
                while candidate.year() <= last_year {
                    if !month.has(candidate.month()) {
                        candidate = first_of_next_month(candidate)?;
                    } else if day_matches(
                        *day,
                        *weekday,
                        candidate.day(),
                        u32::from(candidate.num_days_in_month()),
                        candidate.weekday().num_days_from_sunday(),
                    ) {
                        return Some(candidate);
                    } else {
                        candidate = candidate.succ_opt()?;
                    }
                }
                None
            }
            Self::Every(every) => {
                let every = i64::from(*every);
                date(number + (-number).rem_euclid(every))
            }
            Self::Weekly { every, on } => {
                let (week, every) = (number.div_euclid(7), i64::from(*every));
                let ahead = (-week).rem_euclid(every);
                // The rest of this week if it counts, then the next one that does.
                let rest = (number..(week + 1) * 7).filter(|_| ahead == 0);
                let next = (week + if ahead == 0 { every } else { ahead }) * 7;
                rest.chain(next..next + 7)
                    .filter_map(date)
                    .find(|date| on.has(date.weekday().num_days_from_sunday()))
            }
        }
    }
}

#[cfg(feature = "runtime")]
fn first_of_next_month(date: NaiveDate) -> Option<NaiveDate> {
    date.with_day(1)?.checked_add_months(chrono::Months::new(1))
}

/// Whether the fields allow a date: the day of a month of that length, and the day of the week, of which Sunday is 0.
fn day_matches(day: Field, weekday: Field, date: u32, length: u32, plain: u32) -> bool {
    let of_month = day.has(date) || day.has(LAST_DAY) && date == length;
    let of_week = weekday.has(plain)
        || weekday.has(nth_weekday(Nth::Number(date.div_ceil(7)), plain))
        || weekday.has(nth_weekday(Nth::Last, plain)) && date + 7 > length;
    // Two restrictions are alternatives: `0 0 13 * 5` is the 13th and every Friday.
    if day.star || weekday.star {
        of_month && of_week
    } else {
        of_month || of_week
    }
}

/// The longest that each month gets, January first.
const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Whether one of `months` has such a day.
pub(super) fn day_exists(day: u32, months: Field) -> bool {
    day == LAST_DAY
        || months
            .values()
            .any(|month| LENGTHS[month as usize - 1] >= day)
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Clock {
    /// Each second in each minute in each hour.
    Fields {
        second: Field,
        minute: Field,
        hour: Field,
    },
    /// Seconds of the day, ascending; only what `Fields` cannot say.
    Times(Vec<u32>),
}

impl Clock {
    /// These times, in seconds of the day. Any order, repetitions allowed, not empty.
    pub fn at(mut times: Vec<u32>) -> Self {
        sort_dedup(&mut times);
        let second = Field::of(times.iter().map(|time| time % 60));
        let minute = Field::of(times.iter().map(|time| time / 60 % 60));
        let hour = Field::of(times.iter().map(|time| time / 3600));
        let product: u32 = [second, minute, hour]
            .iter()
            .map(|field| field.bits.count_ones())
            .product();
        if times.len() == product as usize {
            Self::Fields {
                second,
                minute,
                hour,
            }
        } else {
            Self::Times(times)
        }
    }

    /// Whether the clock is an interval, which follows the time that passes, rather than a list of fixed times.
    pub fn follows_elapsed_time(&self) -> bool {
        matches!(self, Self::Fields { second, minute, hour } if second.star || minute.star || hour.star)
    }

    /// The first time of the day at or after `from`, both in seconds of the day.
    pub fn at_or_after(&self, from: u32) -> Option<u32> {
        match self {
            Self::Times(times) => times.iter().copied().find(|time| *time >= from),
            Self::Fields {
                second,
                minute,
                hour,
            } => {
                let (h, m, s) = (from / 3600, from / 60 % 60, from % 60);
                let (first_minute, first_second) = (minute.at_or_after(0)?, second.at_or_after(0)?);
                if hour.has(h) {
                    if minute.has(m)
                        && let Some(s) = second.at_or_after(s)
                    {
                        return Some(h * 3600 + m * 60 + s);
                    }
                    if let Some(m) = minute.at_or_after(m + 1) {
                        return Some(h * 3600 + m * 60 + first_second);
                    }
                }
                let h = hour.at_or_after(h + 1)?;
                Some(h * 3600 + first_minute * 60 + first_second)
            }
        }
    }

    /// All times of the day, if they are at most `limit`.
    pub fn times(&self, limit: usize) -> Option<Vec<u32>> {
        let mut times = Vec::new();
        let mut from = 0;
        while let Some(time) = self.at_or_after(from) {
            if times.len() == limit {
                return None;
            }
            times.push(time);
            from = time + 1;
            if from >= DAY {
                break;
            }
        }
        Some(times)
    }
}

#[cfg(all(test, feature = "runtime"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(values: Values, beside: Vec<u32>) -> impl Strategy<Value = Field> {
        let any: Vec<u32> = (values.first..=values.last).chain(beside).collect();
        prop_oneof![
            (1..=values.last).prop_map(move |step| Field::every(step, values)),
            proptest::sample::subsequence(any.clone(), 0..=3.min(any.len())).prop_map(Field::of),
        ]
    }

    proptest! {
        #[test]
        fn what_comes_is_found_and_what_never_comes_is_not(
            day in field(DAYS, vec![LAST_DAY]),
            month in field(MONTHS, vec![]),
            weekday in field(WEEKDAYS, (7..49).collect()),
        ) {
            let days = Days::Fields { day, month, weekday };
            prop_assert_eq!(days.ever_come(), days.on_or_after(NaiveDate::default()).is_some());
        }
    }
}
