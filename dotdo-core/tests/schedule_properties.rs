//! Schedules against an independent implementation, and what holds for all of them.

use chrono::{DateTime, TimeDelta, Utc};
use dotdo_core::schedule::{Schedule, zone};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Santiago",
];

/// An instant of the years 1970 to 2090, with nanoseconds.
fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0..3_786_912_000_i64, 0..1_000_000_000_u32)
        .prop_map(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos).unwrap())
}

/// A cron field of values from `first` to `last`, each written by `name`.
fn field(first: u32, last: u32, name: fn(u32) -> String) -> impl Strategy<Value = String> {
    let value = first..=last;
    let item = prop_oneof![
        4 => value.clone().prop_map(name),
        2 => (value.clone(), value.clone())
            .prop_map(move |(a, b)| format!("{}-{}", name(a.min(b)), name(a.max(b)))),
        1 => (value.clone(), value, 1..=last)
            .prop_map(|(a, b, step)| format!("{}-{}/{step}", a.min(b), a.max(b))),
    ];
    prop_oneof![
        2 => Just("*".to_owned()),
        1 => (1..=last).prop_map(|step| format!("*/{step}")),
        3 => proptest::collection::vec(item, 1..4).prop_map(|items| items.join(",")),
    ]
}

fn weekday_name(day: u32) -> String {
    ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"][day as usize].to_owned()
}

/// Days of the week by name only: the `cron` crate counts from Sunday as 1, everyone else from Sunday as 0.
fn weekdays() -> impl Strategy<Value = String> {
    let item = prop_oneof![
        (0..7_u32).prop_map(weekday_name),
        (0..7_u32, 0..7_u32).prop_map(|(a, b)| format!(
            "{}-{}",
            weekday_name(a.min(b)),
            weekday_name(a.max(b))
        )),
    ];
    proptest::collection::vec(item, 1..4).prop_map(|items| items.join(","))
}

/// A cron expression, of five fields or of six, that the `cron` crate understands alike.
///
/// At most one of the two day fields is restricted: where both are, the `cron` crate wants both to hold
/// (`Schedule::next_after` filters the days of the month by the day of the week) and cron wants either.
fn cron_expression() -> impl Strategy<Value = String> {
    let number = |value: u32| value.to_string();
    let month = |value: u32| {
        let names = [
            "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
        ];
        names[value as usize - 1].to_owned()
    };
    let days = prop_oneof![
        Just(("*".to_owned(), "*".to_owned())),
        field(1, 31, number).prop_map(|day| (day, "*".to_owned())),
        weekdays().prop_map(|weekday| ("*".to_owned(), weekday)),
    ];
    (
        proptest::option::of(field(0, 59, number)),
        field(0, 59, number),
        field(0, 23, number),
        days,
        prop_oneof![field(1, 12, number), field(1, 12, month)],
    )
        .prop_map(|(second, minute, hour, (day, weekday), month)| {
            let second = second.map(|second| second + " ").unwrap_or_default();
            format!("{second}{minute} {hour} {day} {month} {weekday}")
        })
}

/// A phrase that the grammar knows. Some combinations it refuses, and rightly so.
fn phrase() -> impl Strategy<Value = String> {
    const DAYS: [&str; 26] = [
        "daily",
        "Monday",
        "weekdays",
        "weekends and monday",
        "monday to thursday",
        "sat, sun and tuesday",
        "monday and wednesday",
        "friday to monday",
        "first monday of the month",
        "last day of february",
        "second and fourth tuesday of the month",
        "first monday and last friday of june",
        "15th of the month",
        "1st, 2nd and 31st of the month",
        "last day and 3rd of march and april",
        "january 1",
        "march 1st and 15th",
        "every other friday",
        "every 3 weeks on monday and sunday",
        "every 5 days",
        "every 4 months",
        "quarterly on the 3rd",
        "every 2 months on the last friday",
        "yearly",
        "every monday in june to august",
        "1st to 20th of december",
    ];
    const FREQUENCIES: [&str; 14] = [
        "every second",
        "every 10 seconds",
        "every 7 seconds",
        "every minute",
        "every 7 minutes",
        "every 15 minutes",
        "every half hour",
        "hourly",
        "every 5 hours",
        "every 36 hours",
        "every 100 minutes",
        "every 45 minutes",
        "every 5 hours 30 minutes",
        "every 59 minutes",
    ];
    let time = (0..24_u32, select(vec![0_u32, 0, 15, 30, 59]))
        .prop_map(|(hour, minute)| format!("{hour}:{minute:02}"));
    let at = proptest::collection::vec(time.clone(), 1..12)
        .prop_map(|times| format!("at {}", times.join(" and ")));
    let between = (time.clone(), time).prop_map(|(from, to)| format!("between {from} and {to}"));
    let days = select(DAYS.to_vec());
    let frequency = select(FREQUENCIES.to_vec());
    prop_oneof![
        days.clone().prop_map(str::to_owned),
        frequency.clone().prop_map(str::to_owned),
        at.clone(),
        (days.clone(), at).prop_map(|(days, at)| format!("{days} {at}")),
        (frequency.clone(), days.clone()).prop_map(|(every, days)| format!("{every} on {days}")),
        (frequency.clone(), between.clone())
            .prop_map(|(every, between)| format!("{every} {between}")),
        (frequency, between, days)
            .prop_map(|(every, between, days)| format!("{every} {between} on {days}")),
        (1..40_u32).prop_map(|count| format!("{count} times a day")),
    ]
}

/// Texts that are nearly phrases: words of the grammar in any order.
fn salad() -> impl Strategy<Value = String> {
    let words = "every each other half second first last 3rd 32nd 0 1 12 25 9am 13pm 9:30 : , and & - to the on at of in \
                 between from monday mondays weekday weekends january feb month day days week hour minutes ms years \
                 daily twice times a once noon midnight quarter * */5 ? L # @daily é 4294967296 99999999999999999999";
    let words: Vec<&str> = words.split_whitespace().collect();
    proptest::collection::vec((select(words), any::<bool>()), 0..9).prop_map(|words| {
        words
            .into_iter()
            .map(|(word, space)| {
                if space {
                    format!("{word} ")
                } else {
                    word.to_owned()
                }
            })
            .collect()
    })
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    prop_oneof![cron_expression(), phrase()]
        .prop_filter_map("not a schedule", |text| Schedule::parse(&text).ok())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn cron_agrees_with_the_cron_crate(text in cron_expression(), after in instant()) {
        let six = if text.split(' ').count() == 5 { format!("0 {text}") } else { text.clone() };
        let theirs: cron::Schedule = six.parse().unwrap();
        let theirs: Vec<_> = theirs.after(&after).take(5).collect();
        match Schedule::parse(&text) {
            Ok(schedule) => {
                let ours: Vec<_> = std::iter::successors(schedule.next_after(after, chrono_tz::UTC), |at| {
                    schedule.next_after(*at, chrono_tz::UTC)
                })
                .take(theirs.len())
                .collect();
                prop_assert!(!theirs.is_empty(), "{} never fires", text);
                prop_assert_eq!(ours, theirs, "{}", text);
            }
            Err(error) => {
                prop_assert!(error.message.ends_with("never comes: no year has such a day"), "{}", error);
                prop_assert!(theirs.is_empty(), "{}", text);
            }
        }
    }

    #[test]
    fn what_is_shown_reads_back(schedule in any_schedule()) {
        let shown = schedule.to_string();
        let read = Schedule::parse(&shown);
        prop_assert_eq!(read.as_ref(), Ok(&schedule), "{}", shown);
        if let Some(cron) = schedule.cron() {
            prop_assert_eq!(Schedule::parse(&cron), Ok(schedule), "{}", cron);
        }
    }

    #[test]
    fn any_text_gets_an_answer(text in prop_oneof![any::<String>(), salad(), "[0-9*/,#L -]{0,20}"]) {
        if let Err(error) = Schedule::parse(&text) {
            prop_assert!(error.text.get(error.span.clone()).is_some(), "{:?}", error);
            prop_assert!(error.to_string().lines().count() >= 2);
        }
        if let Err(error) = dotdo_core::duration::parse_range(&text) {
            prop_assert!(error.text.get(error.span.clone()).is_some(), "{:?}", error);
        }
    }

    #[test]
    fn the_corrected_text_works(text in salad()) {
        if let Err(error) = Schedule::parse(&text)
            && let Some(help) = error.help
            && let Some(corrected) = help.lines().next().and_then(|line| line.strip_suffix("` works"))
        {
            let corrected = corrected.rsplit_once('`').unwrap().1;
            prop_assert!(Schedule::parse(corrected).is_ok(), "{}", corrected);
        }
    }

    #[test]
    fn durations_read_back(millis in 1..u64::MAX) {
        let duration = std::time::Duration::from_millis(millis);
        prop_assert_eq!(dotdo_core::duration::parse(&dotdo_core::duration::format(duration)), Ok(duration));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn time_goes_forward(schedule in any_schedule(), after in instant(), zones in any::<Index>()) {
        let tz = zone(zones.get::<&str>(&ZONES)).unwrap();
        let mut before = after;
        for _ in 0..10 {
            let next = schedule.next_after(before, tz).expect("no schedule here ends");
            prop_assert!(next > before, "{}: {} after {}", schedule, next, before);
            // Nothing was missed: from anywhere in between, the same instant comes next.
            let middle = before + (next - before) / 2;
            let last = next - TimeDelta::nanoseconds(1);
            prop_assert_eq!(schedule.next_after(middle, tz), Some(next), "{} after {}", schedule, middle);
            prop_assert_eq!(schedule.next_after(last, tz), Some(next), "{} after {}", schedule, last);
            before = next;
        }
    }

    #[test]
    fn any_zone_gets_an_answer(text in "\\PC{0,24}") {
        let _ = zone(&text).map_err(|error| error.to_string());
    }

    /// Minute by minute, an interval fires when the clock shows a time of the same expression in UTC.
    #[test]
    fn intervals_follow_the_clock(
        hour in field(0, 23, |value| value.to_string()),
        day in prop_oneof![3 => Just("*".to_owned()), 1 => field(1, 31, |value| value.to_string())],
        zones in any::<Index>(),
        change in select(vec!["2026-03-29T01:00:00Z", "2026-11-01T06:00:00Z", "2026-04-04T15:00:00Z", "2010-11-07T02:31:00Z", "2026-04-05T03:00:00Z", "2011-12-30T10:00:00Z"]),
        offset in -1500_i64..300,
    ) {
        let tz = zone(zones.get::<&str>(&ZONES)).unwrap();
        let Ok(schedule) = Schedule::parse(&format!("*/15 {hour} {day} * *")) else { return Ok(()) };
        let change: DateTime<Utc> = change.parse().unwrap();
        let start = change + TimeDelta::minutes(offset);
        let expected = (1..3000).map(|minute| start + TimeDelta::minutes(minute)).find(|at| {
            let shown = at.with_timezone(&tz).naive_local().and_utc();
            schedule.next_after(shown - TimeDelta::seconds(1), chrono_tz::UTC) == Some(shown)
        });
        if let Some(expected) = expected {
            prop_assert_eq!(schedule.next_after(start, tz), Some(expected));
        } else {
            prop_assert!(schedule.next_after(start, tz) > Some(start + TimeDelta::minutes(2999)));
        }
    }
}
