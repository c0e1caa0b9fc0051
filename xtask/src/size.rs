//! `size`: how large the bundles for Cloudflare are, beside what the documentation says of them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::bench::write_into;
use crate::shell::{cargo_path, output};

/// What is measured: the sets of features, each for the least that uses it, and a business with objects, forms, asks and
/// sagas. The name in the documentation, the example, and the features that are switched on beside its own.
const BUNDLES: [(&str, &str, Option<&str>); 4] = [
    ("tiny", "tiny", None),
    ("default", "smallest", None),
    ("full", "smallest", Some("dotdo/full")),
    ("hotel", "hotel", None),
];

const PAGE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../docs/src/cloudflare-size.md"
);

/// Compares, or with `--write` takes what is found as right.
pub fn size(mut args: impl Iterator<Item = String>) -> Result<(), String> {
    match args.next().as_deref() {
        None => check(),
        Some("--write") => write(),
        Some(other) => Err(format!("`size` has no option `{other}`; it has `--write`")),
    }
}

/// Fails if a bundle is more than 2 % larger, compressed, than the documentation says.
pub fn check() -> Result<(), String> {
    let page = fs::read_to_string(PAGE).map_err(|e| format!("{PAGE}: {e}"))?;
    for (name, example, features) in BUNDLES {
        let missing = || format!("{PAGE} says no size of `{name}`");
        let (_, rest) = page
            .split_once(&format!("<!-- size of {name} -->"))
            .ok_or_else(missing)?;
        let known = compressed(rest).ok_or_else(missing)?;
        let now = compressed(&measure(example, features)?).ok_or_else(missing)?;
        eprintln!("{name}: {now} bytes compressed; the documentation says {known}");
        let with = with(features);
        if grown(known, now) {
            return Err(format!(
                "the bundle of `{name}` has grown by more than 2 %, from {known} to {now} bytes\n\
                 `cargo xtask worker size {example}{with}` says what is in it; if it has to be, `cargo xtask size --write`"
            ));
        }
    }
    Ok(())
}

fn write() -> Result<(), String> {
    for (name, example, features) in BUNDLES {
        let text = format!("\n{}\n", measure(example, features)?);
        write_into(Path::new(PAGE), &format!("size of {name}"), &text)?;
    }
    Ok(())
}

fn with(features: Option<&str>) -> String {
    features.map_or_else(String::new, |features| format!(" --features {features}"))
}

/// The tables that `cargo dotdo worker size` prints.
fn measure(example: &str, features: Option<&str>) -> Result<String, String> {
    let features = with(features);
    eprintln!("> cargo dotdo worker size --package {example}{features}");
    let command =
        format!("run --quiet --package cargo-dotdo -- worker size --package {example}{features}");
    // Progress and errors are for whoever waits.
    let text = output(
        Command::new(cargo_path())
            .args(command.split(' '))
            .stderr(Stdio::inherit()),
    )?;
    if text.is_empty() {
        return Err(format!("the bundle of `{example}` cannot be measured"));
    }
    Ok(text)
}

/// The last figure of the first row for all files together.
fn compressed(tables: &str) -> Option<u64> {
    let row = tables
        .lines()
        .find_map(|line| line.strip_prefix("| together |"))?;
    row.trim_end_matches([' ', '|'])
        .rsplit(' ')
        .next()?
        .parse()
        .ok()
}

fn grown(from: u64, to: u64) -> bool {
    to * 100 > from * 102
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_is_found() {
        let tables = "| file | bytes | compressed |\n| a | 1 | 2 |\n| together | 30 | 40 |\n\n| together | 5 | 6 |\n";
        assert_eq!(compressed(tables), Some(40));
        assert_eq!(compressed("| a | 1 | 2 |"), None);
    }

    #[test]
    fn two_percent_are_allowed() {
        assert!(!grown(1000, 1020));
        assert!(grown(1000, 1021));
        assert!(!grown(1000, 10));
    }
}
