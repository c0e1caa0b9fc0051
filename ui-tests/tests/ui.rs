//! What the compiler says about programs that are wrong, and that it says nothing about odd ones that are right.
//!
//! `TRYBUILD=overwrite cargo test -p ui-tests` writes the messages anew; read the difference before you commit it.

/// One mistake a file, named after it. The first line is the rule.
#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/fail/*/*.rs");
}

/// Names that clash, raw identifiers, `#[cfg]`, items in modules and functions, a renamed crate.
#[test]
fn odd_programs_compile() {
    trybuild::TestCases::new().pass("tests/pass/*.rs");
}
