//! Every phrase that the documentation promises, with its cron expression and its canonical text.

use dotdo_core::schedule::Schedule;

fn parse(text: &str) -> Schedule {
    Schedule::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn cron(text: &str) -> Option<String> {
    let schedule = parse(text);
    let shown = schedule.to_string();
    assert_eq!(parse(&shown), schedule, "`{text}` is shown as `{shown}`");
    if let Some(cron) = schedule.cron() {
        assert_eq!(parse(&cron), schedule, "`{text}` is cron `{cron}`");
    }
    schedule.cron()
}

/// Asserts the cron of a phrase, in any case of letters.
#[track_caller]
fn is(text: &str, expected: &str) {
    for text in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
        assert_eq!(cron(&text).as_deref(), Some(expected), "{text}");
    }
}

const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

#[test]
fn days_with_every_hour() {
    let mut days = vec![
        ("day".to_owned(), "*".to_owned()),
        ("weekday".to_owned(), "1-5".to_owned()),
        ("weekend".to_owned(), "0,6".to_owned()),
    ];
    days.extend((0..7).map(|day| (WEEKDAYS[day].to_owned(), day.to_string())));
    for (name, field) in days {
        is(&format!("every {name}"), &format!("0 0 * * {field}"));
        is(
            &format!("every {name} at noon"),
            &format!("0 12 * * {field}"),
        );
        is(
            &format!("every {name} at midnight"),
            &format!("0 0 * * {field}"),
        );
        is(
            &format!("every {name} at 9:30am"),
            &format!("30 9 * * {field}"),
        );
        for hour in 0..24 {
            let half = if hour < 12 { "am" } else { "pm" };
            let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
            let expected = format!("0 {hour} * * {field}");
            is(&format!("every {name} at {twelve}{half}"), &expected);
            is(&format!("{name} at {twelve}{half}"), &expected);
            is(&format!("{name} {twelve} {half}"), &expected);
            is(&format!("{name} at {hour}:00"), &expected);
        }
    }
}

#[test]
fn intervals() {
    is("every minute", "* * * * *");
    is("every hour", "0 * * * *");
    is("hourly", "0 * * * *");
    is("every 1 minute", "* * * * *");
    is("every 1 hour", "0 * * * *");
    for n in 2..60 {
        is(&format!("every {n} minutes"), &format!("*/{n} * * * *"));
    }
    for n in 2..24 {
        is(&format!("every {n} hours"), &format!("0 */{n} * * *"));
    }
    is("every second", "* * * * * *");
    is("every 10 seconds", "*/10 * * * * *");
    is("every half hour", "*/30 * * * *");
    is("every half an hour", "*/30 * * * *");
    is("every quarter hour", "*/15 * * * *");
    is("every 5 mins", "*/5 * * * *");
    is("every 5m", "*/5 * * * *");
    is("every five minutes", "*/5 * * * *");
    is("every 60 seconds", "* * * * *");
    is("every 120 minutes", "0 */2 * * *");
    is("every other hour", "0 */2 * * *");
    is("every second hour", "0 */2 * * *");
    is("4 times an hour", "*/15 * * * *");
    is("every 15 minutes on weekdays", "*/15 * * * 1-5");
    is("every hour in December", "0 * * 12 *");
}

#[test]
fn days_and_times() {
    for every in ["daily", "everyday", "every day", "each day", "day"] {
        is(&format!("{every} at 6am"), "0 6 * * *");
    }
    for weekday in ["weekday", "weekdays", "every weekday", "on weekdays"] {
        is(&format!("{weekday} at 9am"), "0 9 * * 1-5");
    }
    for weekend in ["weekend", "weekends", "every weekend"] {
        is(&format!("{weekend} at 10am"), "0 10 * * 0,6");
    }
    for (day, name) in WEEKDAYS.iter().enumerate() {
        is(&format!("{name} at 14:30"), &format!("30 14 * * {day}"));
        is(&format!("{name}s at 9am"), &format!("0 9 * * {day}"));
        is(&format!("{} 9am", &name[..3]), &format!("0 9 * * {day}"));
        for week in ["weekly on", "every week on", "week on"] {
            is(&format!("{week} {name}"), &format!("0 0 * * {day}"));
            is(&format!("{week} {name} at 9am"), &format!("0 9 * * {day}"));
        }
    }
    for (time, expected) in [
        ("9am", "0 9"),
        ("9:30am", "30 9"),
        ("9:30 pm", "30 21"),
        ("14:30", "30 14"),
        ("0:00", "0 0"),
        ("23:59", "59 23"),
        ("noon", "0 12"),
        ("midnight", "0 0"),
        ("12am", "0 0"),
        ("12pm", "0 12"),
        ("9 a.m.", "0 9"),
    ] {
        is(&format!("daily at {time}"), &format!("{expected} * * *"));
        is(&format!("at {time}"), &format!("{expected} * * *"));
        is(time, &format!("{expected} * * *"));
    }
    is("daily at noon", "0 12 * * *");
    is("everyday at midnight", "0 0 * * *");
    is("Friday at 5pm", "0 17 * * 5");
    is("daily at 6am and 6pm", "0 6,18 * * *");
    is("twice a day", "0 0,12 * * *");
    is("twice a day at 6am and 6pm", "0 6,18 * * *");
    is("monday, wednesday and friday at 9am", "0 9 * * 1,3,5");
    is("weekdays and saturday at 10am", "0 10 * * 1-6");
    is("monday to thursday 9am", "0 9 * * 1-4");
    is("monday-thursday 9am", "0 9 * * 1-4");
    is("friday to monday at noon", "0 12 * * 0,1,5,6");
    is("9am every weekday", "0 9 * * 1-5");
    is("at 9am on monday", "0 9 * * 1");
    is("every monday in june at 9am", "0 9 * 6 1");
    is("daily in june", "0 0 * 6 *");
    is(
        "every hour between 9am and 5pm on weekdays",
        "0 9-17 * * 1-5",
    );
    is(
        "every 30 minutes between 9am and 10:30am",
        "0,30 9,10 * * *",
    );
    is(
        "every 6 hours between midnight and midnight",
        "0 0,6,12,18 * * *",
    );
}

#[test]
fn months_and_years() {
    for first in [
        "first of month",
        "1st of month",
        "first day of month",
        "first of the month",
        "the 1st",
        "monthly",
        "every month",
        "monthly on the 1st",
        "once a month",
    ] {
        is(first, "0 0 1 * *");
        is(&format!("{first} at 9am"), "0 9 1 * *");
    }
    for n in 1..=31 {
        let ending = match n {
            1 | 21 | 31 => "st",
            2 | 22 => "nd",
            3 | 23 => "rd",
            _ => "th",
        };
        is(&format!("{n}{ending} of month"), &format!("0 0 {n} * *"));
        is(
            &format!("{n}{ending} day of month"),
            &format!("0 0 {n} * *"),
        );
        is(
            &format!("every {n}{ending} of the month at noon"),
            &format!("0 12 {n} * *"),
        );
    }
    is("15th of month at noon", "0 12 15 * *");
    is("1st and 15th of the month", "0 0 1,15 * *");
    is("last day of month", "0 0 L * *");
    is("last day of the month at 5pm", "0 17 L * *");
    is("last day of february", "0 0 L 2 *");
    is("15th and last day of the month", "0 0 15,L * *");
    is("first monday", "0 0 * * 1#1");
    is("every first monday", "0 0 * * 1#1");
    is("first monday of the month at noon", "0 12 * * 1#1");
    is("second tuesday of the month", "0 0 * * 2#2");
    is("every second tuesday of the month", "0 0 * * 2#2");
    is("first and third monday of the month", "0 0 * * 1#1,1#3");
    is("last friday at 5pm", "0 17 * * 5L");
    is("first monday and last friday of june", "0 0 * 6 1#1,5L");
    is("weekly", "0 0 * * 0");
    is("quarterly", "0 0 1 */3 *");
    is("quarterly on the 15th at 9am", "0 9 15 */3 *");
    is("every quarter", "0 0 1 */3 *");
    is("every 3 months", "0 0 1 */3 *");
    is("1st of every 3 months", "0 0 1 */3 *");
    is("every 2 months on the last friday", "0 0 * */2 5L");
    is("every month on the first monday", "0 0 * * 1#1");
    is("yearly", "0 0 1 1 *");
    is("annually", "0 0 1 1 *");
    is("every year", "0 0 1 1 *");
    is("every january 1 at 9am", "0 9 1 1 *");
    is("january 1st at noon", "0 12 1 1 *");
    is("1 january at 14:30", "30 14 1 1 *");
    is("1st of january and july", "0 0 1 1,7 *");
    is("every january", "0 0 1 1 *");
    is("february 29", "0 0 29 2 *");
    is("15th of june to august", "0 0 15 6-8 *");
    is("yearly on march 1st", "0 0 1 3 *");
}

#[test]
fn beyond_cron() {
    for (text, shown) in [
        ("every 90 seconds", "every 90 seconds"),
        ("every 7 seconds", "every 7 seconds"),
        ("every 1h30m", "every 90 minutes"),
        ("every 1 hour and 30 minutes", "every 90 minutes"),
        ("every 24 hours", "every 24 hours"),
        ("every other day at 9am", "every 2 days at 9am"),
        (
            "every 2 weeks on tuesday",
            "every 2 weeks on Tuesday at midnight",
        ),
        (
            "every second tuesday",
            "every 2 weeks on Tuesday at midnight",
        ),
        ("every other friday", "every 2 weeks on Friday at midnight"),
        (
            "fortnightly on monday and friday at 9am",
            "every 2 weeks on Monday and Friday at 9am",
        ),
        ("daily at 6:30am and 6pm", "every day at 6:30am and 6pm"),
        (
            "every 15 minutes between 9am and 5pm on weekdays",
            "every 15 minutes between 9am and 5pm on weekdays",
        ),
        (
            "every 90 minutes between 9am and 5pm on the 1st of january and july",
            "every 90 minutes between 9am and 4:30pm on the 1st of January and July",
        ),
    ] {
        assert_eq!(cron(text), None, "{text}");
        assert_eq!(parse(text).to_string(), shown);
    }
}

#[test]
fn cron_expressions() {
    for (text, same) in [
        ("0 9 * * MON-FRI", "weekdays at 9am"),
        ("0 9 * * 7", "sunday at 9am"),
        ("0 9 ? * sun", "sunday at 9am"),
        ("0 0 * * FRI-SUN", "friday to sunday"),
        ("0 0 * * 5-7", "friday to sunday"),
        ("0 0 1 JAN,jul *", "1st of january and july"),
        ("0 0 9 * * 1", "monday at 9am"),
        ("0-30/30 9 * * *", "daily at 9am and 9:30am"),
        ("0/30 9 * * *", "daily at 9am and 9:30am"),
        ("0 12 L * *", "last day of the month at noon"),
        ("0 12 * * 1#1", "first monday at noon"),
        ("0 12 * * MON#1", "first monday at noon"),
        ("0 12 * * FRIL", "last friday at noon"),
        (" @daily ", "daily"),
        ("@Midnight", "daily"),
        ("@hourly", "hourly"),
        ("@weekly", "weekly"),
        ("@monthly", "monthly"),
        ("@yearly", "yearly"),
        ("@annually", "yearly"),
        ("*/10 * * * * *", "every 10 seconds"),
    ] {
        assert_eq!(parse(text), parse(same), "{text}");
    }
    // Said in cron only.
    for text in [
        "0 0 13 * 5",
        "*/15 9-17 * * *",
        "30 0 9 * * *",
        "0 9 */2 * *",
        "*/7 * * * * *",
    ] {
        assert_eq!(cron(text).as_deref(), Some(text));
        assert_eq!(parse(text).to_string(), text);
    }
}

#[test]
fn canonical_texts() {
    for (text, shown) in [
        ("daily", "every day at midnight"),
        (
            "monday,tuesday,wednesday 8:30",
            "Monday to Wednesday at 8:30am",
        ),
        ("0 8 * * 6,0", "weekends at 8am"),
        ("hourly", "every hour"),
        ("*/5 * * * 1-5", "every 5 minutes on weekdays"),
        ("quarterly", "every 3 months on the 1st at midnight"),
        ("0 0 1 1,7 *", "1st of January and July at midnight"),
        ("0 0 1 1,3 *", "1st of January and March at midnight"),
        ("0 9 * 6 1", "Monday in June at 9am"),
        (
            "0 9-17 * * 1-5",
            "every hour between 9am and 5pm on weekdays",
        ),
        ("last friday 5pm", "last Friday of the month at 5pm"),
        ("0 0 1-10 * *", "1st to 10th of the month at midnight"),
    ] {
        assert_eq!(parse(text).to_string(), shown);
        cron(text);
    }
    assert_eq!(cron("0 0 1-31 6 *").as_deref(), Some("0 0 1-30 6 *"));
    for example in Schedule::EXAMPLES {
        cron(example);
    }
}
