//! The canonical text of a rule: English that the grammar reads back as the same rule, otherwise cron.

use super::cron;
use super::draft::ordinal_number;
use super::rule::{
    Clock, DAY, DAYS, Days, Field, HOURS, LAST_DAY, MINUTES, MONTHS, Rule, WEEKDAYS,
};
use super::token::{MONTH_NAMES, ORDINALS, WEEKDAY_NAMES};

/// More times than this are no pleasure to read, if there is another way to write them.
const LONG_LIST: usize = 8;

pub(super) fn write(rule: &Rule) -> String {
    match rule {
        Rule::Elapsed { seconds } => interval(*seconds),
        Rule::Calendar { days, clock } => english(days, clock)
            .or_else(|| cron::write(rule))
            .expect("what cron cannot say came from a phrase, and `english` writes all that phrases say"),
    }
}

fn english(days: &Days, clock: &Clock) -> Option<String> {
    let (day, month, weekday) = match days {
        Days::Every(every) => {
            return Some(format!("every {every} days at {}", at(clock, usize::MAX)?));
        }
        Days::Weekly { every, on } => {
            let (on, at) = (weekdays(*on)?, at(clock, usize::MAX)?);
            return Some(format!("every {every} weeks on {on} at {at}"));
        }
        Days::Fields {
            day,
            month,
            weekday,
        } => (*day, *month, *weekday),
    };
    let all_months = month.bits == Field::all(MONTHS).bits;
    let (all_days, all_weekdays) = (Field::all(DAYS), Field::all(WEEKDAYS));
    let (of_months, in_months) = if all_months {
        ("of the month".to_owned(), String::new())
    } else {
        let months = months(month);
        (format!("of {months}"), format!(" in {months}"))
    };
    let frequency = frequency(clock);
    // How the days stand alone, and after `on`.
    let (alone, on) = if day == all_days && weekday == all_weekdays {
        (format!("every day{in_months}"), in_months)
    } else if day == all_days
        && let Some(days) = weekdays(weekday)
    {
        let days = format!("{days}{in_months}");
        (days.clone(), format!(" on {days}"))
    } else if day == all_days {
        let days = format!("{} {of_months}", nth_weekdays(weekday)?);
        (days.clone(), format!(" on the {days}"))
    } else if weekday == all_weekdays {
        let on = month_days(day)?;
        let days = format!("{on} {of_months}");
        let alone = match cron::interval(month).step() {
            Some(every @ 2..) => format!("every {every} months on the {on}"),
            _ => days.clone(),
        };
        (alone, format!(" on the {days}"))
    } else {
        return None;
    };
    match frequency {
        Some(frequency) => Some(format!("{frequency}{on}")),
        None => Some(format!("{alone} at {}", at(clock, LONG_LIST)?)),
    }
}

/// `every 15 minutes`, `every hour between 9am and 5pm`.
fn frequency(clock: &Clock) -> Option<String> {
    if !clock.follows_elapsed_time() {
        let times = clock.times(DAY as usize / 60)?;
        let step = times.get(1)? - times[0];
        let regular = times.windows(2).all(|pair| pair[1] - pair[0] == step);
        let whole = times[0] % 60 == 0 && step % 60 == 0;
        let (first, last) = (time(times[0]), time(*times.last()?));
        return (times.len() > 3 && regular && whole)
            .then(|| format!("{} between {first} and {last}", interval(step)));
    }
    let Clock::Fields {
        second,
        minute,
        hour,
    } = clock
    else {
        return None;
    };
    let zero = Field::of([0]);
    let (all_minutes, all_hours) = (Field::all(MINUTES), Field::all(HOURS));
    if *minute == all_minutes && *hour == all_hours && *second != zero {
        // `*/7` seconds start afresh each minute, which `every 7 seconds` does not.
        return second.step().filter(|step| 60 % step == 0).map(interval);
    }
    if *second != zero {
        return None;
    }
    if *hour == all_hours {
        if *minute == zero {
            return Some(interval(3600));
        }
        return minute.step().map(|step| interval(step * 60));
    }
    (*minute == zero).then(|| hour.step().map(|step| interval(step * 3600)))?
}

/// `every hour`, `every 90 minutes`.
fn interval(seconds: u32) -> String {
    let (count, unit) = if seconds.is_multiple_of(3600) {
        (seconds / 3600, "hour")
    } else if seconds.is_multiple_of(60) {
        (seconds / 60, "minute")
    } else {
        (seconds, "second")
    };
    match count {
        1 => format!("every {unit}"),
        _ => format!("every {count} {unit}s"),
    }
}

/// `6am and 6pm`, if it can be said in times of day; up to `limit` of them if cron can say it too.
fn at(clock: &Clock, limit: usize) -> Option<String> {
    if clock.follows_elapsed_time() {
        return None;
    }
    let times = match clock {
        Clock::Fields { .. } => clock.times(limit)?,
        Clock::Times(times) => times.clone(),
    };
    times
        .iter()
        .all(|time| time % 60 == 0)
        .then(|| list(times.iter().map(|at| time(*at))))
}

/// `9am`, `8:30am`, `noon`, `midnight`.
fn time(seconds: u32) -> String {
    let (hour, minute) = (seconds / 3600, seconds / 60 % 60);
    let half = if hour < 12 { "am" } else { "pm" };
    let twelve = (hour + 11) % 12 + 1;
    match (hour, minute) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "noon".to_owned(),
        (_, 0) => format!("{twelve}{half}"),
        _ => format!("{twelve}:{minute:02}{half}"),
    }
}

/// `Monday`, `weekdays`, `Monday to Thursday and Saturday`; `None` if some are counted within the month.
fn weekdays(field: Field) -> Option<String> {
    let names = |day: u32| WEEKDAY_NAMES[day as usize % 7].to_owned();
    if field.star || field.values().any(|bit| bit > WEEKDAYS.last) {
        return None;
    }
    let days: Vec<u32> = field.values().collect();
    Some(match days[..] {
        [1, 2, 3, 4, 5] => "weekdays".to_owned(),
        [0, 6] => "weekends".to_owned(),
        // A week reads from Monday on.
        _ => ranges((1..=7).filter(|day| field.has(day % 7)), names),
    })
}

/// `first and third Monday`, if nothing but such.
fn nth_weekdays(field: Field) -> Option<String> {
    if field.star || field.values().any(|bit| bit <= WEEKDAYS.last) {
        return None;
    }
    let groups = (1..=7).map(|day| day % 7).filter_map(|day| {
        let nths: Vec<String> = field
            .values()
            .filter(|bit| bit % 7 == day)
            .map(|bit| ORDINALS[..5].get(bit as usize / 7 - 1).unwrap_or(&"last"))
            .map(|nth| (*nth).to_owned())
            .collect();
        (!nths.is_empty()).then(|| format!("{} {}", list(nths), WEEKDAY_NAMES[day as usize]))
    });
    Some(list(groups))
}

/// `1st and 15th`, `last day`.
fn month_days(field: Field) -> Option<String> {
    if field.star {
        return None;
    }
    let plain = field.values().filter(|day| *day <= DAYS.last);
    let mut parts = range_parts(plain, ordinal_number);
    if field.has(LAST_DAY) {
        parts.push("last day".to_owned());
    }
    Some(list(parts))
}

fn months(field: Field) -> String {
    ranges(field.values(), |month| {
        MONTH_NAMES[month as usize - 1].to_owned()
    })
}

fn ranges(values: impl Iterator<Item = u32>, name: impl Fn(u32) -> String) -> String {
    list(range_parts(values, name))
}

fn range_parts(values: impl Iterator<Item = u32>, name: impl Fn(u32) -> String) -> Vec<String> {
    cron::runs(values)
        .into_iter()
        .map(|(from, to)| match to - from {
            0 => name(from),
            _ => format!("{} to {}", name(from), name(to)),
        })
        .collect()
}

/// `a`, `a and b`, `a, b and c`.
fn list(parts: impl IntoIterator<Item = String>) -> String {
    let mut parts: Vec<String> = parts.into_iter().collect();
    let Some(last) = parts.pop() else {
        return String::new();
    };
    if parts.is_empty() {
        last
    } else {
        format!("{} and {last}", parts.join(", "))
    }
}
