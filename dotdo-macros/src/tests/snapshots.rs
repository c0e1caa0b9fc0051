//! Every file of `tests/expand/input` is expanded and compared with its namesake in `tests/expand`.
//!
//! `UPDATE_EXPECT=1 cargo test -p dotdo-macros` writes the files anew; read the difference before you commit it.

use std::fs;
use std::path::{Path, PathBuf};

use super::expander::expand;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expand")
}

fn inputs() -> Vec<(String, String)> {
    let mut inputs: Vec<_> = fs::read_dir(folder().join("input"))
        .expect("the folder of inputs")
        .map(|entry| entry.expect("an input").path())
        .map(|path| {
            (
                path.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                fs::read_to_string(&path).expect("an input"),
            )
        })
        .collect();
    inputs.sort();
    inputs
}

#[test]
fn expansions_are_as_written_down() {
    let mut changed = Vec::new();
    for (name, source) in inputs() {
        let file = syn::parse2(expand(&source, None))
            .unwrap_or_else(|error| panic!("{name}: the output is no Rust: {error}"));
        let expanded = prettyplease::unparse(&file);
        let path = folder().join(&name);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, &expanded).expect("the snapshot can be written");
        } else if fs::read_to_string(&path).unwrap_or_default() != expanded {
            changed.push(name);
        }
    }
    assert!(
        changed.is_empty(),
        "these expansions changed; look at them with UPDATE_EXPECT=1 and `git diff`: {changed:?}"
    );
}

#[test]
fn every_snapshot_has_an_input() {
    let inputs = inputs();
    for entry in fs::read_dir(folder()).expect("the folder of snapshots") {
        let path = entry.expect("a snapshot").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        assert!(
            path.is_dir() || inputs.iter().any(|(input, _)| *input == name),
            "`{name}` has no input"
        );
    }
}

/// The guide includes the files, so what it shows is what is tested. Each is shown, beside its input.
#[test]
fn the_guide_shows_every_snapshot() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src");
    let pages: Vec<_> = fs::read_dir(&docs)
        .expect("the guide")
        .map(|entry| entry.expect("a page").path())
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).expect("a page"))
        .collect();
    for (name, _) in inputs() {
        let shown = [
            format!("expand/input/{name}}}}}"),
            format!("expand/{name}}}}}"),
        ];
        assert!(
            pages
                .iter()
                .any(|page| shown.iter().all(|include| page.contains(include))),
            "no page shows `{name}`"
        );
    }
    // mdBook leaves an include of a missing file as it is.
    for page in &pages {
        for include in page.split("{{#include ").skip(1) {
            let path = include.split(['}', ':']).next().unwrap_or_default();
            assert!(docs.join(path).exists(), "`{path}` is gone");
        }
    }
}

#[test]
fn a_renamed_crate_leaves_no_trace_of_the_default_name() {
    for (name, source) in inputs() {
        let source = source
            .replace("use dotdo::prelude::*;", "")
            .replace("dotdo::Exit", "Exit");
        let expanded = expand(&source, Some("crate::own"))
            .to_string()
            .replace(' ', "")
            .replace("__dotdo::", "");
        assert!(
            expanded.contains("crate::own::__private"),
            "{name}: the own path is not used"
        );
        assert!(
            !expanded.contains("dotdo::"),
            "{name}: the default path is used"
        );
    }
}
