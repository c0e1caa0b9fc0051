//! Odd programs that are right: rustc says nothing about them. One oddity a file; its first line is the rule.
//!
//! They are modules of one crate, because a crate of its own for each would have to be linked. What only a library can
//! show is in `src/`.

mod arguments;
mod conditions;
mod fields_named_like_events;
mod forms;
mod functions_named_like_ours;
mod handlers;
mod inside_a_function;
mod larger;
mod macros_by_example;
mod modules;
mod noun_options;
mod nouns_named_like_types;
mod nouns_that_refer_to_each_other;
mod private_types;
mod raw_identifiers;
mod recursive_values;
mod renamed_crate;
mod smallest;
mod stacked_attributes;
mod values;
mod variants_in_scope;

/// A file that is not listed above would not be compiled.
#[test]
fn every_file_is_listed() {
    let this = include_str!("main.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pass");
    for entry in std::fs::read_dir(folder).expect("this folder") {
        let file = entry.expect("a file").file_name();
        let name = file.to_string_lossy();
        let name = name.trim_end_matches(".rs");
        assert!(
            name == "main" || this.contains(&format!("mod {name};\n")),
            "`{name}.rs` is not listed in main.rs"
        );
    }
}
