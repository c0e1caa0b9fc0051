//! `torture`: the record store is killed again and again, and its figures are compared.

use std::process::Command;

use crate::shell::{cargo_path, run};

/// Runs the test that kills, for so many seconds.
pub fn torture(seconds: Option<&str>) -> Result<(), String> {
    let seconds = seconds.unwrap_or("60");
    if seconds.parse::<u32>().is_err() {
        return Err(format!("`{seconds}` is no number of seconds"));
    }
    let args = [
        "test",
        "--locked",
        "-p",
        "record-store",
        "--test",
        "import",
        "torture",
        "--",
        "--nocapture",
    ];
    run(Command::new(cargo_path())
        .args(args)
        .env("TORTURE_SECONDS", seconds))
}
