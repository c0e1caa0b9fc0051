//! When something happens again and again: `Monday 9am`, `every 15 minutes`, `0 9 * * 1-5`.
//!
//! [`Schedule::parse`] reads English or a cron expression, [`Schedule::next_after`] says when it fires next in a
//! time zone, and [`zone()`] reads the time zone. Two texts that mean the same are the same schedule.
//!
//! # What a text may say
//!
//! * Days: `daily`, `Monday`, `weekdays and Saturday`, `Monday to Thursday`, `first Monday of the month`,
//!   `15th of the month`, `last day of February`, `January 1`, `every Monday in June`.
//! * Times: `at 9am`, `8:30am`, `14:30`, `noon`, `midnight`, and lists of them: `at 6am and 6pm`. Days without a
//!   time are at midnight, a time without days is daily.
//! * Intervals: `every 15 minutes`, `hourly`, `every 2 weeks on Tuesday`, `every other Friday`, `quarterly`, `twice a
//!   day`, `every hour between 9am and 5pm on weekdays`.
//! * Cron: five fields, or six with seconds first; names, lists, ranges and steps; `L` for the last day of the month,
//!   `5L` for its last Friday, `1#2` for its second Monday; `@daily` and its like. Sunday is `0` or `7`.
//!
//! `weekly` is Sunday at midnight and `monthly` the 1st, as in `@weekly` and `@monthly`. `every second Tuesday` is every
//! other week; `second Tuesday` and `every second Tuesday of the month` are days of a month.
//!
//! # Intervals
//!
//! * `every N minutes` (1 to 59) and `every N hours` (1 to 23) are cron's `*/N`: they start afresh each hour or day, so
//!   `every 7 minutes` fires at 0, 7, … 56 and 0 again. `every N months` starts afresh each January.
//! * Whatever cron cannot say is counted from a fixed moment, so that no restart ever shifts it: seconds, and minutes
//!   and hours beyond these, from 1970-01-01T00:00Z (`every 90 seconds`, `every 90 minutes`, `every 36 hours`); days and
//!   weeks from Monday, 1970-01-05, on the local calendar (`every 3 days`, `every 2 weeks on Tuesday`).
//! * `every 90 minutes between 9am and 5pm` counts from 9am, each day, and includes 5pm where it comes out so.
//! * Where a cron expression restricts both the day of the month and the day of the week, either is enough, as cron has
//!   always had it; a field that is `*` or `*/n` does not count as restricted.
//!
//! # Daylight saving
//!
//! * A **fixed time** fires once. One that the clock skips fires at the instant the gap ends: `2:30am` in Berlin becomes
//!   3:00 on the last Sunday of March. One that the clock shows twice fires the first time.
//! * An **interval of less than a day** (`every 15 minutes`, `hourly`, or a cron expression whose seconds, minutes or
//!   hours are `*` or `*/n`) follows the time that passes: it fires whenever the clock shows a matching time, so in both
//!   runs of a repeated hour, and for skipped times not at all. Intervals counted in seconds do not know of clocks.
//! * The list that `between` makes is a list of fixed times.

mod cron;
mod days;
mod display;
mod draft;
mod grammar;
#[cfg(feature = "runtime")]
mod next;
mod rule;
mod time;
mod token;
mod zone;

use std::fmt;

#[cfg(feature = "runtime")]
use chrono::{DateTime, Utc};
#[cfg(feature = "runtime")]
use chrono_tz::Tz;

pub use crate::duration::ParseError;
#[cfg(feature = "runtime")]
pub use zone::zone;
pub use zone::zone_name;

use rule::Rule;

/// When something happens again and again.
///
/// ```
/// use dotdo_core::schedule::{Schedule, zone};
///
/// let monday = Schedule::parse("Monday 9am").unwrap();
/// assert_eq!(monday, Schedule::parse("0 9 * * MON").unwrap());
/// assert_eq!(monday.to_string(), "Monday at 9am");
///
/// let now = "2026-03-25T12:00:00Z".parse().unwrap();
/// let next = monday.next_after(now, zone("Europe/Berlin").unwrap()).unwrap();
/// assert_eq!(next.to_string(), "2026-03-30 07:00:00 UTC");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Schedule {
    rule: Rule,
}

impl Schedule {
    /// Phrases to show to someone who wonders what may be written.
    pub const EXAMPLES: &[&str] = &[
        "Monday 9am",
        "weekday at 8:30am",
        "every 15 minutes",
        "first Monday of the month at noon",
        "daily at 6am and 6pm",
        "every 2 weeks on Tuesday",
        "every hour between 9am and 5pm on weekdays",
        "0 9 * * MON-FRI",
    ];

    /// Reads a schedule, in English or as a cron expression, upper and lower case alike.
    ///
    /// The error names the word that does not fit, and the nearest text that works.
    ///
    /// ```
    /// use dotdo_core::schedule::Schedule;
    ///
    /// let error = Schedule::parse("Munday 9am").unwrap_err();
    /// assert_eq!(error.message, "`Munday` is not a day of the week");
    /// assert_eq!(&error.text[error.span], "Munday");
    /// assert!(error.help.unwrap().starts_with("did you mean `Monday`? `Monday 9am` works"));
    /// ```
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        match Self::read(text) {
            Ok(schedule) => Ok(schedule),
            Err(fault) => Err(fault.explain(text, |text| Self::read(text).is_ok())),
        }
    }

    fn read(text: &str) -> Result<Self, token::Fault> {
        let rule = if cron::looks_like_cron(text) {
            cron::parse(text)?
        } else {
            grammar::parse(text)?
        };
        Ok(Self { rule })
    }

    /// The cron expression that means the same, or `None` where cron cannot say it.
    ///
    /// It has five fields, or six with the seconds first where they are not zero. The last day of the month, and the
    /// first or last Monday, come out as `L`, `1#1` and `1L`, which not every cron knows.
    ///
    /// ```
    /// use dotdo_core::schedule::Schedule;
    ///
    /// let cron = |text| Schedule::parse(text).unwrap().cron();
    /// assert_eq!(cron("weekday at 8am").as_deref(), Some("0 8 * * 1-5"));
    /// assert_eq!(cron("every 10 seconds").as_deref(), Some("*/10 * * * * *"));
    /// assert_eq!(cron("every 90 seconds"), None);
    /// ```
    pub fn cron(&self) -> Option<String> {
        cron::write(&self.rule)
    }

    /// The first instant strictly after `after` at which the schedule fires in the zone `tz`.
    ///
    /// The search works by fields and is quick even for `February 29`. It ends after 400 years, when the calendar
    /// repeats, or at the end of the years that `chrono` knows; it then gives `None`. Parsing refuses what never
    /// fires, so in practice there is always a next instant.
    ///
    /// ```
    /// use dotdo_core::schedule::Schedule;
    ///
    /// let leap = Schedule::parse("February 29").unwrap();
    /// let next = leap.next_after("2096-03-01T00:00:00Z".parse().unwrap(), chrono_tz::UTC);
    /// assert_eq!(next, Some("2104-02-29T00:00:00Z".parse().unwrap()));
    /// ```
    #[cfg(feature = "runtime")]
    pub fn next_after(&self, after: DateTime<Utc>, tz: Tz) -> Option<DateTime<Utc>> {
        match &self.rule {
            Rule::Elapsed { seconds } => next::counted(i64::from(*seconds), after),
            Rule::Calendar { days, clock } if clock.follows_elapsed_time() => {
                next::whenever_shown(days, clock, after, tz)
            }
            Rule::Calendar { days, clock } => next::once_each(days, clock, after, tz),
        }
    }
}

/// The canonical text: English where it can be said, otherwise cron. It parses back to an equal schedule.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&display::write(&self.rule))
    }
}

impl std::str::FromStr for Schedule {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}
