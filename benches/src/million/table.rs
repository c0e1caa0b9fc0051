//! What was found, as a table.

use std::fmt::Write as _;

use super::Found;

/// The results: the few, the many, and what was aimed at.
pub fn table(objects: u64, few: &[&Found], many: &[&Found]) -> String {
    let value = |found: &[&Found], name: &str| found.iter().find_map(|f| f.get(name)).copied();
    let mut text = format!(
        "| | 1,000 objects | {} objects | aim |\n| --- | ---: | ---: | --- |\n",
        crate::report::thousands(u32::try_from(objects).unwrap_or(u32::MAX).into())
    );
    let aim = |met: bool| if met { "met" } else { "missed" };
    let mut row = |what: &str,
                   name: &str,
                   show: &dyn Fn(f64) -> String,
                   target: &dyn Fn(f64, f64) -> String| {
        let (Some(a), Some(b)) = (value(few, name), value(many, name)) else {
            return;
        };
        let (few, many, aim) = (show(a), show(b), target(a, b));
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {what} | {few} | {many} | {aim} |");
    };
    let plain = |v: f64| crate::report::thousands(v);
    let rate = |v: f64| format!("{}/s", plain(v));
    let megabytes = |v: f64| format!("{:.0} MB", v / f64::from(1 << 20));
    let micros = |v: f64| format!("{} µs", plain(v));
    let none = |_: f64, _: f64| "–".to_owned();
    let twice = |a: f64, b: f64| format!("≤ 2 ×: {:.2} ×, {}", b / a, aim(b <= 2.0 * a));
    row(
        "created, each with its flow and timer",
        "created",
        &rate,
        &none,
    );
    row(
        "disk, each",
        "bytes",
        &|v| format!("{:.1} KB", v / 1024.0),
        &none,
    );
    row("files", "files", &plain, &none);
    row(
        "start, to the first durable answer",
        "start",
        &|v| format!("{v:.0} ms"),
        &|_, b| format!("≤ 2 s, {}", aim(b <= 2000.0)),
    );
    row("timers pending", "timers", &plain, &none);
    row(
        "resident memory, all asleep",
        "resident",
        &megabytes,
        &|_, b| format!("≤ 200 MB, {}", aim(b <= 200.0 * f64::from(1 << 20))),
    );
    row("descriptors, all asleep", "descriptors", &plain, &|a, b| {
        format!("no more, {}", aim(b <= a))
    });
    row(
        "verb of a random sleeping object, p50",
        "warm",
        &micros,
        &twice,
    );
    row("the same, p99", "warm99", &micros, &none);
    row(
        "the same with a cold file cache, p50",
        "cold",
        &micros,
        &none,
    );
    row(
        "verb of an object that is open, p50",
        "open",
        &micros,
        &none,
    );
    row(
        "verbs of random objects, 64 at once",
        "steady",
        &rate,
        &none,
    );
    row("the same, p50", "steady50", &micros, &none);
    row("the same, p99", "steady99", &micros, &none);
    row(
        "memory that an object leaves behind which slept again",
        "left",
        &|v| format!("{v:.0} bytes"),
        &|_, b| format!("0, {}", aim(b < 100.0)),
    );
    row(
        "descriptors that they leave behind",
        "left_files",
        &plain,
        &|_, b| format!("0, {}", aim(b <= 0.0)),
    );
    row(
        "resident memory at the end",
        "resident_then",
        &megabytes,
        &none,
    );
    text
}
