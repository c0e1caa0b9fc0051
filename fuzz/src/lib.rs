//! What must hold of everything that dotdo reads, whatever is written: no panic, no endless work, and what was read and
//! is written again is read as the same.
//!
//! Each target is a function of bytes. `tests/corpus.rs` runs it on the corpus and on many mutations of it, with any
//! compiler; `libfuzzer/` hands it to cargo-fuzz. `cargo xtask fuzz` does either for as long as you like.

mod macros;
pub mod mutate;

// The modules of `dotdo-macros`, see `macros`.
#[path = "../../dotdo-macros/src/app/mod.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod app;
#[path = "../../dotdo-macros/src/attributes.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod attributes;
#[path = "../../dotdo-macros/src/diag.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod diag;
#[path = "../../dotdo-macros/src/feature.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod feature;
#[path = "../../dotdo-macros/src/form/mod.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod form;
#[path = "../../dotdo-macros/src/function/mod.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod function;
#[path = "../../dotdo-macros/src/noun/mod.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod noun;
#[path = "../../dotdo-macros/src/options.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod options;
#[path = "../../dotdo-macros/src/paths.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod paths;
#[path = "../../dotdo-macros/src/serial.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod serial;
#[path = "../../dotdo-macros/src/signature.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod signature;
#[path = "../../dotdo-macros/src/source.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod source;
#[path = "../../dotdo-macros/src/value/mod.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod value;
#[path = "../../dotdo-macros/src/verbs/mod.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod verbs;

use dotdo_core::lock::Lock;
use dotdo_core::schedule::{Schedule, zone};
use dotdo_core::shape::Shape;
use dotdo_core::{duration, identity};

/// A target: what is fed with bytes.
pub struct Target {
    /// Its name, which is that of its folder in the corpus.
    pub name: &'static str,
    /// Panics if something does not hold.
    pub run: fn(&[u8]),
    /// Words that mutations put in.
    pub words: &'static [&'static str],
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target {
        name: "schedule",
        run: schedule,
        words: &[
            "every ",
            "daily",
            "monday",
            "mon-fri",
            " at ",
            "9am",
            "17:30",
            "noon",
            "first ",
            "last ",
            "day ",
            "of ",
            "month",
            "january",
            " and ",
            ", ",
            "between ",
            "weekday",
            "2 weeks",
            "minutes",
            " on ",
            "quarterly",
            "* ",
            "*/15 ",
            "1-5 ",
            "@daily",
            "L",
            "#2",
            "99999999999",
        ],
    },
    Target {
        name: "duration",
        run: duration,
        words: &[
            "ms",
            "s",
            " minutes",
            "h",
            "d",
            "w",
            "..",
            "1.5",
            "18446744073709551615",
            "-",
            " and ",
            "0",
        ],
    },
    Target {
        name: "identity",
        run: identity,
        words: &[
            "https://",
            "shop.example",
            "/",
            "Order",
            "/o1",
            "@v",
            "@2026-01-01",
            "%2F",
            ":",
            "..",
            "xn--",
            "?",
        ],
    },
    Target {
        name: "zone",
        run: zones,
        words: &["Europe/", "Berlin", "UTC", "+2", "GMT", "_", "/"],
    },
    Target {
        name: "shape",
        run: shape,
        words: &[
            "text", "integer", "list<", "map<", "tuple<", "ref ", ">", "{ ", " }", "?", "(", ")",
            ": ", ", ", " | ", "Order",
        ],
    },
    Target {
        name: "lock",
        run: lock,
        words: &[
            "noun ",
            "step ",
            "flow ",
            "version ",
            "business ",
            "(object",
            "table ",
            "\n  ",
            "\n\n",
            "unique",
            "index",
            "search",
            "default ",
            "range ",
            "was ",
            ": text",
            ": integer?",
            " | ",
            " -> ",
            "# ",
            "dropped ",
        ],
    },
    Target {
        name: "macros",
        run: macros::macros,
        words: &[
            "struct ",
            "enum ",
            "impl ",
            "async fn ",
            "pub ",
            "(",
            ")",
            "{",
            "}",
            "<",
            ">",
            "#[unique]",
            "#[default(",
            "#[verb]",
            "#[query]",
            "#[on(",
            "#[every(",
            "#[durable(",
            "Result<()>",
            "cx: Flow",
            "&mut self",
            "&self",
            "Ref<Order>",
            "Many<",
            "r#fn",
            "'a",
            "::*",
            "*::",
            "= ",
            ": ",
            ", ",
            ";",
            "\"9am\"",
            "-1",
            "0x7f",
            "1..=5",
            "|event|",
            "Self",
            "dyn ",
            "where ",
        ],
    },
];

/// Runs the target of that name.
///
/// # Panics
///
/// If something does not hold, or if there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("a target").run)(data);
}

fn text(data: &[u8]) -> &str {
    let end = data.len().min(2000);
    let data = &data[..end];
    match std::str::from_utf8(data) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&data[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// English and cron: the same parser reads both.
fn schedule(data: &[u8]) {
    let text = text(data);
    match Schedule::parse(text) {
        Ok(schedule) => {
            let shown = schedule.to_string();
            let again = Schedule::parse(&shown)
                .unwrap_or_else(|error| panic!("`{text}` is shown as `{shown}`:\n{error}"));
            assert_eq!(again, schedule, "`{text}` is shown as `{shown}`");
            if let Some(cron) = schedule.cron() {
                let same = Schedule::parse(&cron)
                    .unwrap_or_else(|error| panic!("`{text}` is `{cron}` in cron:\n{error}"));
                assert_eq!(same.cron(), Some(cron), "of `{text}`");
            }
        }
        Err(error) => drop(error.to_string()),
    }
}

fn duration(data: &[u8]) {
    let text = text(data);
    match duration::parse(text) {
        Ok(period) => assert_eq!(
            duration::parse(&duration::format(period)),
            Ok(period),
            "of `{text}`"
        ),
        Err(error) => drop(error.to_string()),
    }
    match duration::parse_range(text) {
        Ok((from, to)) => assert!(from <= to, "of `{text}`"),
        Err(error) => drop(error.to_string()),
    }
}

fn identity(data: &[u8]) {
    let text = text(data);
    match text.parse::<identity::Url>() {
        Ok(url) => assert_eq!(url.to_string().parse(), Ok(url), "of `{text}`"),
        Err(error) => drop(error.to_string()),
    }
    match text.parse::<identity::ShortId>() {
        Ok(id) => assert_eq!(id.to_string().parse(), Ok(id), "of `{text}`"),
        Err(error) => drop(error.to_string()),
    }
}

fn zones(data: &[u8]) {
    let text = text(data);
    match zone(text) {
        Ok(found) => assert_eq!(zone(found.name()), Ok(found), "of `{text}`"),
        Err(error) => drop(error.to_string()),
    }
}

fn lock(data: &[u8]) {
    let text = text(data);
    match text.parse::<Lock>() {
        Ok(lock) => {
            let shown = lock.to_string();
            let again = shown
                .parse::<Lock>()
                .unwrap_or_else(|error| panic!("`{text}` is shown as `{shown}`: {error}"));
            assert_eq!(again.to_string(), shown, "of `{text}`");
        }
        Err(error) => drop(error.to_string()),
    }
}

fn shape(data: &[u8]) {
    let text = text(data);
    match text.parse::<Shape>() {
        Ok(shape) => {
            let shown = shape.to_string();
            let again = shown
                .parse::<Shape>()
                .unwrap_or_else(|error| panic!("`{text}` is shown as `{shown}`: {error}"));
            assert_eq!(again.to_string(), shown, "of `{text}`");
        }
        Err(error) => drop(error.to_string()),
    }
}
