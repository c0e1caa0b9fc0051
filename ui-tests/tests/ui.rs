//! What the compiler says about programs that are wrong.
//!
//! `TRYBUILD=overwrite cargo test -p ui-tests mistakes` writes the messages anew; read the difference before you commit it.

use std::fs;
use std::path::{Path, PathBuf};

/// One mistake a file, named after it. The first line is the rule.
#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/fail/*/*.rs");
}

/// A mistake draws one error, in words that the user knows. A file that shows several mistakes, or one that only rustc can
/// see, says how many errors there are, and why: `//~ 3 errors: …`.
#[test]
fn messages_are_single_and_plain() {
    let mut faults = Vec::new();
    for path in messages() {
        let name = name_of(&path);
        let text = fs::read_to_string(&path).expect("a message");
        let program = fs::read_to_string(path.with_extension("rs")).expect("its program");
        let said = program.lines().find_map(|line| {
            let (count, why) = line.strip_prefix("//~ ")?.split_once(" errors: ")?;
            assert!(!why.is_empty(), "{name}: why?");
            count.parse().ok()
        });
        let errors = text
            .lines()
            .filter(|line| line.starts_with("error"))
            .count();
        if errors != said.unwrap_or(1) {
            faults.push(format!("{name}: {errors} errors"));
        }
        for ours in ["__", "dotdo_runtime::", "dotdo_core::", "dotdo_macros::"] {
            if text.contains(ours) {
                faults.push(format!("{name}: it says `{ours}`"));
            }
        }
        // Of a call without a token there is no other place to point at.
        if text.contains("this error originates in") && !program.contains("! {}") && said.is_none()
        {
            faults.push(format!("{name}: it points at a macro"));
        }
    }
    assert!(
        faults.is_empty(),
        "read these as somebody who sees dotdo for the first time:\n{}",
        faults.join("\n")
    );
}

/// Every file has its message, and every message its file.
#[test]
fn files_and_messages_belong_together() {
    for path in messages() {
        assert!(
            path.with_extension("rs").exists(),
            "{} has no program",
            path.display()
        );
    }
}

/// The guide says how many there are, in round numbers.
#[test]
fn the_guide_counts_right() {
    let page = fs::read_to_string(folder().join("../../../docs/src/mistakes.md")).expect("a page");
    let odd = fs::read_dir(folder().join("../pass")).expect("a folder");
    for (what, count) in [
        ("mistakes", messages().len()),
        ("odd programs", odd.count() - 1),
    ] {
        let said = (1..=count / 10)
            .rev()
            .map(|tens| tens * 10)
            .find(|said| page.contains(&format!("**More than {said} {what}**")));
        assert!(
            said.is_some_and(|said| count < said + 50),
            "there are {count} {what}, and the guide says {said:?}"
        );
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fail")
}

fn messages() -> Vec<PathBuf> {
    let inside = |folder: PathBuf| {
        let entries = fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path())
    };
    let mut messages: Vec<_> = inside(folder())
        .filter(|path| path.is_dir())
        .flat_map(inside)
        .filter(|path| path.extension().is_some_and(|ext| ext == "stderr"))
        .collect();
    messages.sort();
    messages
}

/// `noun/three_mistakes`.
fn name_of(path: &Path) -> String {
    let below = path.strip_prefix(folder()).expect("a path in the folder");
    below.with_extension("").to_string_lossy().into_owned()
}
