//! Odd programs that are right: rustc says nothing about them. One oddity a file; its first line is the rule.
//!
//! They are modules of one crate, because a crate of its own for each would have to be linked. What only a library can
//! show is in `src/`.
// The programs are odd on purpose; what clippy must not say of generated code is in `strict_lints`.
#![allow(clippy::all, clippy::pedantic)]

mod aliases;
mod arguments;
mod attributes_of_others;
mod by_path;
mod conditions;
mod defaults;
mod extern_crate_with_another_name;
mod fields_named_like_events;
mod flows_of_any_form;
mod forms;
mod functions_named_like_ours;
mod handlers;
mod helpers_in_an_impl;
mod inside_a_function;
mod larger;
mod letters_of_other_languages;
mod lock_additive;
mod lock_stated;
mod long_names;
mod macros_by_example;
mod macros_named_like_ours;
mod many_columns;
mod modules;
mod modules_named_like_crates;
mod noun_options;
mod nouns_named_like_the_prelude;
mod nouns_named_like_type_parameters;
mod nouns_named_like_types;
mod nouns_that_refer_to_each_other;
mod odd_documentation;
mod parts_of_parts;
mod payloads;
mod private_types;
mod raw_identifiers;
mod recursive_values;
mod renamed_crate;
mod schedules_of_any_form;
mod smallest;
mod stacked_attributes;
mod strict_lints;
mod values;
mod variants_in_scope;
mod verbs_in_another_module;
mod verbs_named_like_ours;

/// A file that is not listed above would not be compiled.
#[test]
fn every_file_is_listed() {
    let this = include_str!("main.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pass");
    for entry in std::fs::read_dir(folder).expect("this folder") {
        let file = entry.expect("a file").file_name();
        let name = file.to_string_lossy();
        let Some(name) = name.strip_suffix(".rs") else {
            // The locks of programs that have one.
            continue;
        };
        assert!(
            name == "main" || this.contains(&format!("mod {name};\n")),
            "`{name}.rs` is not listed in main.rs"
        );
    }
}
