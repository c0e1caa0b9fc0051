//! `sim`: random businesses under random faults, in a profile that is fast and keeps every assertion.

use std::process::Command;

use crate::shell::{cargo_path, run};

/// Runs seeds; the options are those of `dotdo-sim`.
pub fn sim(options: impl Iterator<Item = String>) -> Result<(), String> {
    let mut command = Command::new(cargo_path());
    command.args([
        "run",
        "--quiet",
        "--package",
        "dotdo-sim",
        "--profile",
        "sim",
        "--locked",
        "--",
    ]);
    run(command.args(options))
}
