//! What the compiler says about programs that are wrong.
//!
//! `TRYBUILD=overwrite cargo test -p ui-tests mistakes` writes the messages anew; read the difference before you commit it.

use std::fs;
use std::path::{Path, PathBuf};

/// Messages that break the rules below, each with its reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "app/nothing",
        "there is no token of the user's to point at, so rustc names the macro",
    ),
    (
        "noun/three_mistakes",
        "all mistakes of an item are reported in one go",
    ),
    (
        "question/and_of_rust",
        "rustc checks each side of `&&`, and the whole",
    ),
    (
        "value/derived_twice",
        "a derive does not see the other derives, so it is rustc that finds two of them",
    ),
    (
        "verbs/impl_of_no_noun",
        "rustc looks for the stub as well, which `#[noun]` would have made",
    ),
    (
        "verbs/twice",
        "two attributes do not see each other, so it is rustc that finds everything twice",
    ),
];

/// One mistake a file, named after it. The first line is the rule.
#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/fail/*/*.rs");
}

/// A mistake draws one error, in words that the user knows.
#[test]
fn messages_are_single_and_plain() {
    let mut faults = Vec::new();
    for path in messages() {
        let name = name_of(&path);
        if EXCEPTIONS.iter().any(|(exception, _)| *exception == name) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a message");
        let errors = text
            .lines()
            .filter(|line| line.starts_with("error"))
            .count();
        if errors != 1 {
            faults.push(format!("{name}: {errors} errors"));
        }
        for ours in [
            "__",
            "dotdo_runtime::",
            "dotdo_core::",
            "dotdo_macros::",
            "this error originates in",
        ] {
            if text.contains(ours) {
                faults.push(format!("{name}: it says `{ours}`"));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "read these as somebody who sees dotdo for the first time:\n{}",
        faults.join("\n")
    );
}

/// Every file has its message, and every message its file; exceptions do not outlive their files.
#[test]
fn files_and_messages_belong_together() {
    for path in messages() {
        assert!(
            path.with_extension("rs").exists(),
            "{} has no program",
            path.display()
        );
    }
    for (name, _) in EXCEPTIONS {
        assert!(
            folder().join(name).with_extension("rs").exists(),
            "{name} is gone"
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
            said.is_some_and(|said| count < said + 100),
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
