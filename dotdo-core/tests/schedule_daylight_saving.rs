//! What schedules do when the clock is changed, in zones that change it in different ways.

use chrono::{DateTime, Utc};
use dotdo_core::schedule::{Schedule, zone};

/// The next instants after `after`, as the local clock shows them.
fn next(text: &str, tz: &str, after: &str, count: usize) -> Vec<String> {
    let (schedule, tz) = (Schedule::parse(text).unwrap(), zone(tz).unwrap());
    let mut at: DateTime<Utc> = after.parse().unwrap();
    (0..count)
        .map(|_| {
            at = schedule.next_after(at, tz).expect("no schedule here ends");
            at.with_timezone(&tz).format("%m-%d %H:%M %:z").to_string()
        })
        .collect()
}

#[track_caller]
fn fires(text: &str, tz: &str, after: &str, expected: &[&str]) {
    assert_eq!(
        next(text, tz, after, expected.len()),
        expected,
        "{text} in {tz}"
    );
}

#[test]
fn berlin() {
    let (spring, autumn) = ("2026-03-27T12:00:00Z", "2026-10-23T12:00:00Z");
    fires(
        "daily at 2:30am",
        "Europe/Berlin",
        spring,
        &[
            "03-28 02:30 +01:00",
            "03-29 03:00 +02:00",
            "03-30 02:30 +02:00",
        ],
    );
    fires(
        "daily at 2:30am",
        "Europe/Berlin",
        autumn,
        &[
            "10-24 02:30 +02:00",
            "10-25 02:30 +02:00",
            "10-26 02:30 +01:00",
        ],
    );
    // Both are skipped and fall together at the end of the gap; with 3:00 it is still one instant.
    fires(
        "daily at 2am, 2:30am and 3am",
        "Europe/Berlin",
        "2026-03-28T23:00:00Z",
        &["03-29 03:00 +02:00", "03-30 02:00 +02:00"],
    );
    fires(
        "hourly",
        "Europe/Berlin",
        "2026-03-28T23:30:00Z",
        &[
            "03-29 01:00 +01:00",
            "03-29 03:00 +02:00",
            "03-29 04:00 +02:00",
        ],
    );
    fires(
        "hourly",
        "Europe/Berlin",
        "2026-10-24T23:30:00Z",
        &[
            "10-25 02:00 +02:00",
            "10-25 02:00 +01:00",
            "10-25 03:00 +01:00",
        ],
    );
    fires(
        "*/30 2 * * *",
        "Europe/Berlin",
        "2026-10-24T23:30:00Z",
        &[
            "10-25 02:00 +02:00",
            "10-25 02:30 +02:00",
            "10-25 02:00 +01:00",
            "10-25 02:30 +01:00",
            "10-26 02:00 +01:00",
        ],
    );
    fires(
        "*/30 2 * * *",
        "Europe/Berlin",
        "2026-03-28T02:30:00Z",
        &["03-30 02:00 +02:00"],
    );
    fires(
        "0,30 2 * * *",
        "Europe/Berlin",
        "2026-10-24T23:30:00Z",
        &[
            "10-25 02:00 +02:00",
            "10-25 02:30 +02:00",
            "10-26 02:00 +01:00",
        ],
    );
    fires(
        "every 2 hours",
        "Europe/Berlin",
        "2026-03-28T22:30:00Z",
        &["03-29 00:00 +01:00", "03-29 04:00 +02:00"],
    );
    fires(
        "every 90 minutes",
        "Europe/Berlin",
        "2026-03-28T22:30:00Z",
        &[
            "03-29 01:00 +01:00",
            "03-29 03:30 +02:00",
            "03-29 05:00 +02:00",
        ],
    );
}

#[test]
fn from_within_the_change() {
    // In the second run of the repeated hour the first one has fired already.
    fires(
        "daily at 2:30am",
        "Europe/Berlin",
        "2026-10-25T01:10:00Z",
        &["10-26 02:30 +01:00"],
    );
    // One second before the gap ends, and exactly then.
    fires(
        "daily at 2:30am",
        "Europe/Berlin",
        "2026-03-29T00:59:59Z",
        &["03-29 03:00 +02:00"],
    );
    fires(
        "daily at 2:30am",
        "Europe/Berlin",
        "2026-03-29T01:00:00Z",
        &["03-30 02:30 +02:00"],
    );
    fires(
        "every 15 minutes",
        "Europe/Berlin",
        "2026-03-29T00:59:59.999Z",
        &["03-29 03:00 +02:00", "03-29 03:15 +02:00"],
    );
}

#[test]
fn new_york() {
    fires(
        "daily at 2:30am",
        "America/New_York",
        "2026-03-07T12:00:00Z",
        &["03-08 03:00 -04:00", "03-09 02:30 -04:00"],
    );
    fires(
        "sunday at 1:30am",
        "America/New_York",
        "2026-10-30T12:00:00Z",
        &["11-01 01:30 -04:00", "11-08 01:30 -05:00"],
    );
    fires(
        "every 20 minutes",
        "America/New_York",
        "2026-11-01T05:25:00Z",
        &[
            "11-01 01:40 -04:00",
            "11-01 01:00 -05:00",
            "11-01 01:20 -05:00",
            "11-01 01:40 -05:00",
            "11-01 02:00 -05:00",
        ],
    );
}

#[test]
fn lord_howe_moves_by_half_an_hour() {
    fires(
        "daily at 2:15am",
        "Australia/Lord_Howe",
        "2026-10-02T20:00:00Z",
        &["10-04 02:30 +11:00", "10-05 02:15 +11:00"],
    );
    fires(
        "daily at 1:45am",
        "Australia/Lord_Howe",
        "2026-04-04T00:00:00Z",
        &["04-05 01:45 +11:00", "04-06 01:45 +10:30"],
    );
    fires(
        "every 15 minutes",
        "Australia/Lord_Howe",
        "2026-10-03T15:00:00Z",
        &[
            "10-04 01:45 +10:30",
            "10-04 02:30 +11:00",
            "10-04 02:45 +11:00",
        ],
    );
    fires(
        "every 30 minutes",
        "Australia/Lord_Howe",
        "2026-04-04T14:15:00Z",
        &[
            "04-05 01:30 +11:00",
            "04-05 01:30 +10:30",
            "04-05 02:00 +10:30",
        ],
    );
}

#[test]
fn st_johns_once_changed_at_a_minute_past_midnight() {
    fires(
        "daily at 12:30am",
        "America/St_Johns",
        "2010-03-13T12:00:00Z",
        &["03-14 01:01 -02:30", "03-15 00:30 -02:30"],
    );
    fires(
        "daily at midnight",
        "America/St_Johns",
        "2010-11-06T12:00:00Z",
        &["11-07 00:00 -02:30", "11-08 00:00 -03:30"],
    );
    fires(
        "every 30 minutes",
        "America/St_Johns",
        "2010-11-07T02:05:00Z",
        &[
            "11-07 00:00 -02:30",
            "11-06 23:30 -03:30",
            "11-07 00:00 -03:30",
        ],
    );
    fires(
        "daily at 1:30am",
        "America/St_Johns",
        "2026-10-31T12:00:00Z",
        &["11-01 01:30 -02:30", "11-02 01:30 -03:30"],
    );
}

#[test]
fn santiago_skips_midnight() {
    fires(
        "daily",
        "America/Santiago",
        "2026-09-05T12:00:00Z",
        &["09-06 01:00 -03:00", "09-07 00:00 -03:00"],
    );
    fires(
        "sunday",
        "America/Santiago",
        "2026-09-05T12:00:00Z",
        &["09-06 01:00 -03:00", "09-13 00:00 -03:00"],
    );
    fires(
        "daily at 11:30pm",
        "America/Santiago",
        "2026-04-04T12:00:00Z",
        &["04-04 23:30 -03:00", "04-05 23:30 -04:00"],
    );
    fires(
        "hourly",
        "America/Santiago",
        "2026-04-05T01:30:00Z",
        &[
            "04-04 23:00 -03:00",
            "04-04 23:00 -04:00",
            "04-05 00:00 -04:00",
        ],
    );
}

#[test]
fn casablanca_pauses_for_ramadan() {
    fires(
        "daily at 2:30am",
        "Africa/Casablanca",
        "2026-02-14T12:00:00Z",
        &["02-15 02:30 +01:00", "02-16 02:30 +00:00"],
    );
    fires(
        "daily at 2:30am",
        "Africa/Casablanca",
        "2026-03-21T12:00:00Z",
        &["03-22 03:00 +01:00", "03-23 02:30 +01:00"],
    );
}

#[test]
fn apia_skipped_a_whole_day() {
    fires(
        "daily at noon",
        "Pacific/Apia",
        "2011-12-29T10:00:00Z",
        &[
            "12-29 12:00 -10:00",
            "12-31 00:00 +14:00",
            "12-31 12:00 +14:00",
        ],
    );
    fires(
        "friday at noon",
        "Pacific/Apia",
        "2011-12-29T10:00:00Z",
        &["12-31 00:00 +14:00", "01-06 12:00 +14:00"],
    );
    fires(
        "every 12 hours",
        "Pacific/Apia",
        "2011-12-29T10:00:00Z",
        &["12-29 12:00 -10:00", "12-31 00:00 +14:00"],
    );
}

#[test]
fn zones_without_changes() {
    fires(
        "daily at 2:30am",
        "UTC",
        "2026-03-28T12:00:00Z",
        &["03-29 02:30 +00:00", "03-30 02:30 +00:00"],
    );
    fires(
        "monday 9am",
        "Asia/Kathmandu",
        "2026-03-28T12:00:00Z",
        &["03-30 09:00 +05:45", "04-06 09:00 +05:45"],
    );
    fires(
        "hourly",
        "Asia/Kathmandu",
        "2026-03-28T12:00:00Z",
        &["03-28 18:00 +05:45", "03-28 19:00 +05:45"],
    );
}

#[test]
fn counted_intervals_have_fixed_beginnings() {
    let text = "every 2 weeks on tuesday";
    fires(
        text,
        "UTC",
        "1970-01-01T00:00:00Z",
        &["01-06 00:00 +00:00", "01-20 00:00 +00:00"],
    );
    fires(
        text,
        "Europe/Berlin",
        "2026-03-18T00:00:00Z",
        &["03-31 00:00 +02:00", "04-14 00:00 +02:00"],
    );
    fires(
        "every 2 weeks on sunday and monday",
        "UTC",
        "1970-01-04T00:00:00Z",
        &[
            "01-05 00:00 +00:00",
            "01-11 00:00 +00:00",
            "01-19 00:00 +00:00",
        ],
    );
    fires(
        "every 3 days at 9am",
        "UTC",
        "1970-01-01T00:00:00Z",
        &["01-02 09:00 +00:00", "01-05 09:00 +00:00"],
    );
    fires(
        "every 36 hours",
        "UTC",
        "1970-01-01T00:00:00Z",
        &["01-02 12:00 +00:00", "01-04 00:00 +00:00"],
    );
    fires(
        "every 36 hours",
        "UTC",
        "1969-12-31T00:00:00Z",
        &["01-01 00:00 +00:00"],
    );
    fires(
        "every 7 minutes",
        "UTC",
        "2026-01-01T00:50:00Z",
        &["01-01 00:56 +00:00", "01-01 01:00 +00:00"],
    );
}

#[test]
fn rare_days() {
    fires(
        "february 29",
        "UTC",
        "2096-03-01T00:00:00Z",
        &["02-29 00:00 +00:00"],
    );
    fires(
        "fifth monday of february",
        "UTC",
        "2026-01-01T00:00:00Z",
        &["02-29 00:00 +00:00"],
    );
    fires(
        "last day of february",
        "UTC",
        "2027-03-01T00:00:00Z",
        &["02-29 00:00 +00:00", "02-28 00:00 +00:00"],
    );
    fires(
        "31st of the month",
        "UTC",
        "2026-01-31T00:00:00Z",
        &["03-31 00:00 +00:00", "05-31 00:00 +00:00"],
    );
    fires(
        "0 0 13 * 5",
        "UTC",
        "2026-03-10T00:00:00Z",
        &[
            "03-13 00:00 +00:00",
            "03-20 00:00 +00:00",
            "03-27 00:00 +00:00",
            "04-03 00:00 +00:00",
            "04-10 00:00 +00:00",
            "04-13 00:00 +00:00",
        ],
    );
    fires(
        "last friday at 5pm",
        "UTC",
        "2026-02-01T00:00:00Z",
        &["02-27 17:00 +00:00", "03-27 17:00 +00:00"],
    );
    fires(
        "0 0 */2 * 1",
        "UTC",
        "2026-03-01T00:00:00Z",
        &["03-09 00:00 +00:00", "03-23 00:00 +00:00"],
    );
}

#[test]
fn the_ends_of_time() {
    for text in [
        "hourly",
        "daily",
        "every 90 seconds",
        "every 2 weeks on tuesday",
        "every 3 days",
        "february 29",
    ] {
        let schedule = Schedule::parse(text).unwrap();
        for tz in ["UTC", "Pacific/Apia", "America/Los_Angeles"] {
            let tz = zone(tz).unwrap();
            assert_eq!(schedule.next_after(DateTime::<Utc>::MAX_UTC, tz), None);
            let _ = schedule.next_after(DateTime::<Utc>::MIN_UTC, tz);
        }
    }
}
