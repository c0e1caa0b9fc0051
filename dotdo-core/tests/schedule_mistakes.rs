//! What a schedule that is none is told.

use dotdo_core::schedule::{Schedule, zone};

/// The text, the part under the caret, the message, and how the help begins.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("", "", "a schedule is missing", "for example `Monday 9am`"),
    (
        "Munday 9am",
        "Munday",
        "`Munday` is not a day of the week",
        "did you mean `Monday`? `Monday 9am` works",
    ),
    (
        "every munday",
        "munday",
        "`munday` is not a day of the week",
        "did you mean `Monday`? `every Monday` works",
    ),
    (
        "Febuary 3",
        "Febuary",
        "`Febuary` is not a month",
        "did you mean `February`? `February 3` works",
    ),
    (
        "every 5 minuts",
        "minuts",
        "`minuts` is not a unit of time",
        "did you mean `minutes`? `every 5 minutes` works",
    ),
    (
        "dayly",
        "dayly",
        "`dayly` is not a word that schedules know",
        "did you mean `daily`?",
    ),
    (
        "Monday at 25:00",
        "25",
        "`25` is not an hour",
        "the hours of a day are 0 to 23",
    ),
    (
        "Monday at 24:00",
        "24",
        "`24` is not an hour",
        "the hours of a day are 0 to 23",
    ),
    (
        "Monday at 25",
        "25",
        "`25` is not a time of day",
        "the hours of a day are 0 to 23",
    ),
    (
        "Monday at 9:60",
        "60",
        "`60` is not a minute",
        "the minutes of an hour are 00 to 59",
    ),
    (
        "Monday at 9:5",
        "5",
        "`5` is not a minute: it has two digits",
        "did you mean `05`? `Monday at 9:05` works",
    ),
    (
        "Monday at 9",
        "9",
        "`9` is not a time of day",
        "did you mean `9am`? `Monday at 9am` works",
    ),
    (
        "Monday at 14",
        "14",
        "`14` is not a time of day",
        "did you mean `14:00`? `Monday at 14:00` works",
    ),
    (
        "daily at 13pm",
        "13pm",
        "`13pm` is not a time",
        "did you mean `1pm`? `daily at 1pm` works",
    ),
    (
        "daily at 0am",
        "0am",
        "`0am` is not a time",
        "did you mean `12am`? `daily at 12am` works",
    ),
    (
        "daily at",
        "",
        "a time of day is missing after `daily at`",
        "did you mean `9am`? `daily at 9am` works",
    ),
    (
        "every 0 minutes",
        "0 minutes",
        "`0 minutes` is no interval",
        "an interval is at least 1",
    ),
    (
        "every 0 hours",
        "0 hours",
        "`0 hours` is no interval",
        "an interval is at least 1",
    ),
    (
        "every 100 ms",
        "100 ms",
        "a schedule counts whole seconds",
        "did you mean `second`? `every second` works",
    ),
    (
        "every",
        "",
        "a day or an interval is missing after `every`",
        "did you mean `day`? `every day` works",
    ),
    (
        "every 5",
        "",
        "a unit of time is missing after `every 5`",
        "did you mean `minutes`? `every 5 minutes` works",
    ),
    (
        "every 99999999999 hours",
        "99999999999 hours",
        "`99999999999 hours` is too long an interval",
        "for example",
    ),
    (
        "every 13 months",
        "every 13 months",
        "`every 13 months` is longer than a year",
        "months are counted from each January",
    ),
    (
        "every 2 years",
        "every 2 years",
        "`every 2 years` is more than a year",
        "the longest interval is `yearly`",
    ),
    (
        "5 minutes",
        "5 minutes",
        "`5 minutes` is once, a schedule is again and again",
        "did you mean `every 5 minutes`?",
    ),
    (
        "February 30",
        "30",
        "there is no 30th of February",
        "its last day is `last day of February`",
    ),
    (
        "31st of june",
        "31st",
        "there is no 31st of June",
        "its last day is `last day of June`",
    ),
    (
        "32nd of month",
        "32nd",
        "`32nd` is not a day of the month",
        "days of the month are `1st` to `31st` and `last`",
    ),
    (
        "0th of month",
        "0th",
        "`0th` is not a day of the month",
        "days of the month are",
    ),
    (
        "6th monday of the month",
        "6th",
        "no month has a 6th Monday",
        "a month has up to five",
    ),
    (
        "january 1 2027",
        "2027",
        "`2027` is neither a time nor a day",
        "for example",
    ),
    (
        "first weekday of the month",
        "first weekday",
        "`first weekday` is not supported",
        "after an ordinal comes one day",
    ),
    (
        "every 5 minutes please",
        "please",
        "`please` is left over",
        "`every 5 minutes` works",
    ),
    (
        "every 5 minutes at 9am",
        "at 9am",
        "`at 9am` does not go with `every 5 minutes`",
        "an interval has no time of day",
    ),
    (
        "Monday at 9am and Friday at 5pm",
        "and Friday at 5pm",
        "`and Friday at 5pm` begins a second schedule",
        "write two schedules",
    ),
    (
        "monday the 15th",
        "15th",
        "`15th` does not go with `monday`",
        "a schedule goes by the day of the week or",
    ),
    (
        "monday at 9am at 10am",
        "at 10am",
        "`at 10am` is a second time of day beside `at 9am`",
        "write two schedules",
    ),
    (
        "every hour between 5pm and 9am",
        "between 5pm and 9am",
        "`between 5pm and 9am` ends before it begins",
        "a window lies within one day",
    ),
    (
        "between 9am and 5pm",
        "between 9am and 5pm",
        "`between 9am and 5pm` needs to know how often",
        "did you mean `every hour between 9am and 5pm`?",
    ),
    (
        "every 90 seconds on monday",
        "monday",
        "`monday` does not go with `every 90 seconds`",
        "an interval that does not fit",
    ),
    (
        "7 times a day",
        "7 times a day",
        "`7 times a day` does not come out in whole minutes",
        "say the times",
    ),
    (
        "biweekly",
        "biweekly",
        "`biweekly` means two things",
        "say `every 2 weeks`",
    ),
    (
        "tomorrow",
        "tomorrow",
        "`tomorrow` is not a word that schedules know",
        "for example",
    ),
    (
        "* * *",
        "* * *",
        "a cron expression has 5 fields, or 6 with seconds, not 3",
        "the fields are",
    ),
    (
        "0 0 9 * * 1 2027",
        "2027",
        "a cron expression has 5 fields, or 6 with seconds, not 7",
        "the fields are",
    ),
    (
        "61 * * * *",
        "61",
        "`61` is not a minute",
        "a minute is 0 to 59",
    ),
    (
        "0 24 * * *",
        "24",
        "`24` is not an hour",
        "an hour is 0 to 23",
    ),
    (
        "0 0 * * MUN",
        "MUN",
        "`MUN` is not a day of the week",
        "did you mean `MON`? `0 0 * * MON` works",
    ),
    (
        "0 0 * * 8",
        "8",
        "`8` is not a day of the week",
        "a day of the week is 0 to 7",
    ),
    (
        "0 0 0 * *",
        "0",
        "`0` is not a day of the month",
        "a day of the month is 1 to 31",
    ),
    (
        "*/0 * * * *",
        "0",
        "`0` is not a step for the minute field",
        "the step after `/` is 1 to 59",
    ),
    (
        "0 22-2 * * *",
        "22-2",
        "the range `22-2` runs backwards",
        "did you mean `22-23,0-2`? `0 22-23,0-2 * * *` works",
    ),
    (
        "0 0 30 2 *",
        "30 2 *",
        "`30 2 *` never comes: no year has such a day",
        "for example",
    ),
    (
        "0 0 15W * *",
        "15W",
        "`15W` is not a day of the month",
        "the nearest weekday, `W`, is not supported",
    ),
    (
        "0 0 * * 1#6",
        "1#6",
        "`1#6` is in no month",
        "after `#` comes 1 to 5",
    ),
    (
        "0 0 1,,2 * *",
        "",
        "a day of the month is missing",
        "for example",
    ),
    (
        "@dayly",
        "@dayly",
        "`@dayly` is not a cron shorthand",
        "did you mean `@daily`?",
    ),
    (
        "@reboot",
        "@reboot",
        "`@reboot` is not a time",
        "for example",
    ),
];

/// Words in the wrong place, where no word is near.
const MISPLACED: &[(&str, &str, &str, &str)] = &[
    (
        "weekday mornings at 8am",
        "mornings",
        "`mornings` is left over",
        "`weekday at 8am` works",
    ),
    (
        "every day except sunday",
        "except",
        "`except` is left over",
        "`every day` works",
    ),
    ("Monday;9am", ";", "`;` is left over", "`Monday 9am` works"),
    (
        "weekdays 9am to 5pm",
        "to",
        "`to` needs to know how often",
        "try `every hour between 9am and 5pm`",
    ),
    ("on the hour", "hour", "`hour` is not a day", "try `Monday`"),
    (
        "every -5 minutes",
        "-5",
        "`-5` is negative",
        "an interval is at least 1",
    ),
    (
        "every 1.5 hours",
        "1.5",
        "`1.5` is not a whole number",
        "use a smaller unit",
    ),
    (
        "end of month",
        "end",
        "`end` is not a word that schedules know",
        "for example",
    ),
    ("and", "and", "`and` is out of place here", "for example"),
    (
        "9",
        "9",
        "`9` is neither a time nor a day",
        "did you mean `9am`?",
    ),
    (
        "monthly on monday",
        "monday",
        "`monday` does not go with `monthly`",
        "say which one of the month",
    ),
];

#[test]
fn long_texts_are_read_in_time() {
    for text in [
        ",",
        "monday and ",
        "* ",
        "x",
        "every 5 ",
        "1st of ",
        "at 9am ",
    ] {
        assert!(Schedule::parse(&text.repeat(20_000)).is_err());
    }
}

#[test]
fn mistakes_are_named() {
    for (text, part, message, help) in MISTAKES.iter().chain(MISPLACED) {
        let Err(error) = Schedule::parse(text) else {
            panic!("`{text}` is {}", Schedule::parse(text).unwrap());
        };
        assert_eq!(error.message, *message);
        assert_eq!(&error.text[error.span.clone()], *part, "{text}");
        let said = error.help.clone().unwrap();
        assert!(said.starts_with(help), "{text}: {said}");
        assert!(said.contains("for example `Monday 9am`"), "{text}: {said}");
    }
}

#[test]
fn a_mistake_is_drawn() {
    let error = Schedule::parse("every wekday at 8am").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`wekday` is not a word that schedules know\n    every wekday at 8am\n          ^^^^^^\n\
         did you mean `weekday`? `every weekday at 8am` works\n\
         for example `Monday 9am`, `weekday at 8:30am`, `every 15 minutes`, \
         `first Monday of the month at noon`"
    );
    let error = zone("Europe/Berln").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Europe/Berln` is not a time zone\n    Europe/Berln\n    ^^^^^^^^^^^^\ndid you mean `Europe/Berlin`?"
    );
}
